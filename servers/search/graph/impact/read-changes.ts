import { PLAIN_DIFF } from "../../../../shared/git/plain-diff.ts";
import { ToolError } from "../../../../shared/errors.ts";
import { placeInRepository } from "../../../../shared/git/paths.ts";
import { Refs } from "../../../../shared/git/refs.ts";
import type { Repository } from "../../../../shared/git/repository.ts";
import type { SearchContext } from "../../deps.ts";
import type { Root } from "../../../../shared/workspace/root.ts";
import { parseHunks, type ChangedFile } from "./parse-hunks.ts";

/** What changed in one root; paths are below it. */
export interface Changes {
  readonly root: Root;
  /** What the working tree is compared with, as the caller names it. */
  readonly against: string;
  readonly files: readonly ChangedFile[];
  /** The text that a file had; undefined when git does not tell. */
  readonly before: (path: string) => Promise<string | undefined>;
}

const FORM = [...PLAIN_DIFF, "--ignore-submodules=all", "--unified=0"];
const MAX_OLD_BYTES = 1024 * 1024;

/**
 * What differs between a revision (HEAD when left out) and the working tree, in the repositories of all roots. Throws
 * `not_found` when there is no repository, and what git's failures throw.
 */
export async function readChanges(from: string | undefined, context: SearchContext): Promise<Changes[]> {
  const found: Changes[] = [];
  for (const root of context.workspace.roots) {
    const repository = await repositoryOf(root, context);
    if (repository !== undefined) found.push(await changesOf(repository, from, context));
  }
  if (found.length > 0) return found;
  throw new ToolError("not_found", "no root is a git repository with a working tree", {
    hint: "Give symbol instead: what depends on it is told without git.",
  });
}

async function repositoryOf(root: Root, { git, signal }: SearchContext): Promise<Repository | undefined> {
  try {
    const repository = await git.open(root.path, signal);
    return repository.workTree === undefined ? undefined : repository;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ToolError && error.code === "not_found") return undefined;
    throw error;
  }
}

async function changesOf(
  repository: Repository,
  from: string | undefined,
  { git, signal }: SearchContext,
): Promise<Changes> {
  const refs = new Refs(git, repository, signal);
  const spec = from === undefined ? (await refs.head()).hash : (await refs.resolve(from)).spec;
  if (spec === undefined)
    throw new ToolError("not_found", "the repository has no commit yet", {
      hint: "Give symbol instead: there is nothing to compare with.",
    });
  const [patch, others] = await Promise.all([
    git.text(repository, ["diff", ...FORM, spec, "--"], { signal }),
    git.text(repository, ["ls-files", "--others", "--exclude-standard", "-z"], { signal }),
  ]);
  const below = (path: string): string => placeInRepository(repository, path).relative;
  const untracked = others.split("\0").filter((path) => path !== "");
  const changed = parseHunks(patch).map((file) => ({
    ...file,
    path: file.path === undefined ? undefined : below(file.path),
    from: file.from === undefined ? undefined : below(file.from),
  }));
  const added = untracked.map((path) => ({ path: below(path), from: undefined, lines: [], removes: false }));
  return {
    root: repository.root,
    against: from ?? "HEAD",
    files: [...changed, ...added],
    before: (path) => oldText(path, { git, repository, spec, signal }),
  };
}

interface Old extends Pick<SearchContext, "git" | "signal"> {
  readonly repository: Repository;
  readonly spec: string;
}

async function oldText(path: string, { git, repository, spec, signal }: Old): Promise<string | undefined> {
  const own = repository.prefix === "" ? path : path.slice(repository.prefix.length + 1);
  try {
    const result = await git.run(repository, ["cat-file", "blob", `${spec}:${own}`], {
      signal,
      maxBytes: MAX_OLD_BYTES,
    });
    return result.cut ? undefined : result.stdout.toString("utf8");
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}
