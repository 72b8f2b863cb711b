import { pathspec } from "../../../shared/git/paths.ts";
import type { GitRunIn } from "../engine/git/run.ts";

const MAX_BYTES = 128 * 1024 * 1024;

/** What stands on one side: mode and hash, zeros where nothing stands or, of the working tree, nobody knows the hash. */
export interface RawSide {
  readonly mode: string;
  readonly hash: string;
}

/** One path that differs. `letter`: A M D T, U for a conflict. */
export interface RawChange {
  readonly path: string;
  readonly letter: string;
  readonly from: RawSide;
  readonly to: RawSide;
}

/**
 * What differs below the paths, renames taken apart; all paths when there are none. Without revisions the index against
 * the working tree, with one that against the working tree, or the index where `cached`; with two those.
 */
export async function rawChanges(
  { git, repository, signal }: GitRunIn,
  ask: {
    readonly revisions?: readonly string[];
    readonly cached?: boolean;
    readonly paths?: readonly string[];
  },
): Promise<RawChange[]> {
  const { revisions = [], cached = false, paths = [] } = ask;
  const args = [
    "diff",
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=dirty",
    ...(cached ? ["--cached"] : []),
    ...revisions,
    "--",
    ...paths.map(pathspec),
  ];
  return parseRaw(await git.text(repository, args, { signal, maxBytes: MAX_BYTES }));
}

/** The output of `--raw -z`: facts and paths in turn; the names of two trees, on a line before them, are left out. */
export function parseRaw(text: string): RawChange[] {
  const fields = text.split("\0");
  const changes: RawChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const facts = (fields[at] ?? "").split("\n").at(-1) ?? "";
    const [oldMode = "", mode = "", oldHash = "", hash = "", letter = ""] = facts.slice(1).split(" ");
    changes.push({
      path: fields[at + 1] ?? "",
      letter: letter.slice(0, 1),
      from: { mode: oldMode, hash: oldHash },
      to: { mode, hash },
    });
  }
  return changes;
}

/** True for a submodule, or a repository where a file was: not entered, not taken in. */
export function isGitlink({ mode }: RawSide): boolean {
  return mode === "160000";
}

/** True where nothing stands. */
export function isNothing({ mode }: RawSide): boolean {
  return /^0+$/u.test(mode);
}
