import { join } from "node:path";
import { PLAIN_DIFF } from "../../../../shared/git/plain-diff.ts";
import { ToolError } from "../../../../shared/errors.ts";
import { placeInRepository } from "../../../../shared/git/paths.ts";
import { Refs } from "../../../../shared/git/refs.ts";
import type { Repository } from "../../../../shared/git/repository.ts";
import type { SearchContext } from "../../deps.ts";
import type { IndexView } from "../../index/shapes.ts";
import { WAIT_FOR_GRAPH } from "../asking.ts";
import { parseHunks, type ChangedFile } from "./parse-hunks.ts";

/** What changed in one root, in all of its repositories; paths are below the root. */
export interface Changes {
  readonly view: IndexView;
  /** What the working tree is compared with, as the caller names it. */
  readonly against: string;
  readonly files: readonly ChangedFile[];
  /** The text that a file had; undefined when git does not tell. */
  readonly before: (path: string) => Promise<string | undefined>;
  /** Repositories that have no such revision, as answers show them. */
  readonly uncompared: readonly string[];
}

const FORM = [...PLAIN_DIFF, "--ignore-submodules=all", "--unified=0"];
const MAX_OLD_BYTES = 1024 * 1024;

/**
 * What differs between a revision (HEAD when left out) and the working tree, in the repositories of all roots. Throws
 * `not_found` when there is no repository, or the revision in none, and what git's failures throw.
 */
export async function readChanges(from: string | undefined, context: SearchContext): Promise<Changes[]> {
  const views = await context.indexes.views({ ...context, waitMs: WAIT_FOR_GRAPH });
  const all = await Promise.all(views.map((view) => changesIn(view, from, context)));
  if (all.some(({ parts }) => parts.length > 0)) return all.map(({ changes }) => changes);
  throw all.flatMap(({ refused }) => refused)[0] ?? noRepository();
}

interface ChangesIn {
  readonly changes: Changes;
  readonly parts: readonly Part[];
  readonly refused: readonly ToolError[];
}

async function changesIn(
  view: IndexView,
  from: string | undefined,
  context: SearchContext,
): Promise<ChangesIn> {
  const parts: Part[] = [];
  const refused: ToolError[] = [];
  const uncompared: string[] = [];
  const known = await view.repositories();
  // where nothing was listed git itself tells why
  for (const folder of known.length > 0 ? known : [""]) {
    const repository = await repositoryAt(folder, view, context);
    if (repository === undefined) continue;
    try {
      parts.push(await changesOf(repository, from, context));
    } catch (error) {
      if (!(error instanceof ToolError) || error.code !== "not_found") throw error;
      refused.push(error);
      uncompared.push(view.root.show(folder));
    }
  }
  const partOf = new Map(parts.flatMap((part) => part.files.map(({ from: path = "" }) => [path, part])));
  const changes = {
    view,
    against: from ?? "HEAD",
    files: parts.flatMap(({ files }) => files),
    before: async (path: string) => await partOf.get(path)?.before(path),
    uncompared,
  };
  return { changes, parts, refused };
}

/** The one of this very folder: what is above a root is not ours to look at. */
async function repositoryAt(
  folder: string,
  { root }: IndexView,
  { git, signal }: SearchContext,
): Promise<Repository | undefined> {
  try {
    const repository = await git.open(join(root.path, folder), signal);
    return repository.workTree === undefined || repository.prefix !== folder ? undefined : repository;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ToolError && error.code === "not_found") return undefined;
    throw error;
  }
}

function noRepository(): ToolError {
  return new ToolError("not_found", "no root is a git repository with a working tree, or has one in it", {
    hint: "Give symbol instead: what depends on it is told without git. A repository that begins above a root is not used: serve its top folder.",
  });
}

/** What changed in one repository. */
type Part = Pick<Changes, "files" | "before">;

async function changesOf(
  repository: Repository,
  from: string | undefined,
  { git, signal }: SearchContext,
): Promise<Part> {
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
  // a folder is a repository of its own
  const untracked = others.split("\0").filter((path) => path !== "" && !path.endsWith("/"));
  const changed = parseHunks(patch).map((file) => ({
    ...file,
    path: file.path === undefined ? undefined : below(file.path),
    from: file.from === undefined ? undefined : below(file.from),
  }));
  const added = untracked.map((path) => ({ path: below(path), from: undefined, lines: [], removes: false }));
  return {
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
