import { ToolError } from "../../../shared/errors.ts";
import { DEFAULT_BUDGET } from "../../../shared/limits.ts";
import { placeInRepository } from "../../../shared/git/paths.ts";
import type { Refs } from "../../../shared/git/refs.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import type { GitContext } from "../deps.ts";
import { parseBlame, type BlamedLine } from "../../../shared/git/parse-blame.ts";
import { shownPath } from "../text/foreign.ts";
import type { Opened } from "../open.ts";

/** Lines of a file with the commits that they are from. */
export interface Blame {
  readonly repository: Repository;
  /** As the repository calls it. */
  readonly path: string;
  readonly lines: readonly BlamedLine[];
  /** Of the whole file; undefined when only git counted them. */
  readonly total?: number;
  /** True when the file goes on behind the last line. */
  readonly more: boolean;
  /** True when the range was the caller's, and not only cut by us. */
  readonly ended: boolean;
  /** Characters that the answer may have. */
  readonly budget: number;
}

interface Asked {
  readonly ref?: string | undefined;
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
  readonly ignoreRevs?: readonly string[] | undefined;
  readonly budget: number;
}

/** Lines that an answer of the usual budget may have; a larger budget has room for more. */
const MAX_LINES = 1_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** Of a revision, or of the working tree's own file. Throws `not_found`, `denied` for secrets, `invalid_input`. */
export async function blameOf(opened: Opened, asked: Asked, context: GitContext): Promise<Blame> {
  const { repository, paths, refs } = opened;
  const [path = ""] = paths;
  context.access.permit(placeInRepository(repository, path), "read");
  const { budget } = asked;
  const { first, last } = windowOf(asked);
  const contents = asked.ref === undefined ? await contentsOf(repository, path, context) : undefined;
  const total = contents && linesIn(contents);
  if (total === 0) return { repository, path, lines: [], total, more: false, ended: true, budget };
  if (total !== undefined && first > total) throw tooFar(repository, path, total);
  const { spec, through } = await revisionsOf(refs, asked);
  // one line more tells whether there are more
  const range = `-L${first},${Math.min(last + 1, total ?? Infinity)}`;
  const side = contents === undefined ? spec : "--contents=-";
  const args = ["blame", "--porcelain", "--no-textconv", range, ...through, side, "--", path];
  const text = await run(opened, args, { contents, spec, context });
  if (text.includes("\0")) throw binary(repository, path);
  const all = parseBlame(text);
  const lines = all.filter(({ line }) => line <= last);
  const more = lines.length < all.length;
  const found = { repository, path, lines, more, ended: last === asked.endLine, budget };
  return total === undefined ? found : { ...found, total };
}

async function revisionsOf(
  refs: Refs,
  { ref = "HEAD", ignoreRevs = [] }: Pick<Asked, "ref" | "ignoreRevs">,
): Promise<{ spec: string; through: string[] }> {
  const [at, ...ignored] = await Promise.all([ref, ...ignoreRevs].map((text) => refs.resolve(text)));
  return { spec: at?.spec ?? "", through: ignored.map(({ spec }) => `--ignore-rev=${spec}`) };
}

function windowOf({ startLine: first = 1, endLine = Infinity, budget }: Asked): {
  first: number;
  last: number;
} {
  if (endLine < first)
    throw new ToolError("invalid_input", `endLine ${endLine} lies before startLine ${first}`, {
      hint: "Both count from 1, and both lines are shown.",
    });
  const most = Math.ceil((MAX_LINES * Math.max(budget, DEFAULT_BUDGET)) / DEFAULT_BUDGET);
  return { first, last: Math.min(endLine, first + most - 1) };
}

interface Run {
  readonly contents: Buffer | undefined;
  readonly spec: string;
  readonly context: GitContext;
}

/** What git prints; a failure in words that fit a file. */
async function run(
  { repository, paths: [path = ""] }: Opened,
  args: readonly string[],
  { contents, spec, context: { git, engines, signal } }: Run,
): Promise<string> {
  const engine = await engines.pick();
  if (engine.name !== "git")
    throw new ToolError("unavailable", "git_blame needs the git program, which is not installed", {
      hint: "git_log with the path shows who changed the file.",
    });
  const stdin = contents === undefined ? {} : { stdin: contents };
  try {
    return await git.text(repository, args, { signal, ...stdin });
  } catch (error) {
    if (!(error instanceof ToolError) || error.details === undefined) throw error;
    const [, total] = /has only (\d+) lines?/u.exec(error.details) ?? [];
    if (total !== undefined) throw tooFar(repository, path, Number(total));
    if (!/no such path/u.test(error.details)) throw error;
    await explainMissing();
    throw error;
  }

  async function explainMissing(): Promise<void> {
    const shown = shownPath(repository, path);
    if (contents !== undefined)
      throw new ToolError("not_found", `${shown} was never committed here`, {
        hint: "All of its lines are new: there is nobody else to blame.",
      });
    // throws what is near, when there is nothing
    const found = await engine.at(repository, spec, path, signal);
    throw new ToolError("invalid_input", `${shown} is a ${found.kind} in this revision`, {
      hint: "Only files have lines.",
    });
  }
}

/**
 * Of the working tree, where there is one. Through the door, and not by git, which would follow a folder that is a
 * link to anywhere.
 */
async function contentsOf(
  repository: Repository,
  path: string,
  { workspace, access }: GitContext,
): Promise<Buffer | undefined> {
  if (repository.workTree === undefined) return undefined;
  const { root, relative } = placeInRepository(repository, path);
  const at = workspace.locate(`${root}/${relative}`);
  const { kind } = await workspace.stat(at, access);
  if (kind === "link")
    throw new ToolError("invalid_input", `${shownPath(repository, path)} is a link`, {
      hint: "Ask for the file that it leads to.",
    });
  await using file = await workspace.openFile(at, access);
  if (file.stat.size > MAX_BYTES)
    throw new ToolError("too_large", `${shownPath(repository, path)} holds ${file.stat.size} bytes`, {
      hint: "Give ref HEAD and a range of lines.",
    });
  const contents = await file.read(0, file.stat.size);
  if (contents.includes(0)) throw binary(repository, path);
  return contents;
}

function linesIn(contents: Buffer): number {
  let count = contents.length > 0 && contents.at(-1) !== 0x0a ? 1 : 0;
  for (let at = contents.indexOf(0x0a); at >= 0; at = contents.indexOf(0x0a, at + 1)) count += 1;
  return count;
}

function binary(repository: Repository, path: string): ToolError {
  return new ToolError("invalid_input", `${shownPath(repository, path)} is a binary file`, {
    hint: "git_log with this path shows who changed it.",
  });
}

function tooFar(repository: Repository, path: string, total: number): ToolError {
  return new ToolError("invalid_input", `${shownPath(repository, path)} has only ${total} lines`, {
    hint: "startLine counts from 1.",
  });
}
