import type { Git } from "../../../shared/git/git.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import type { HistoryScene } from "./scene.ts";

/** One path that differs between two trees. */
export interface TreeChange {
  /** As the repository calls it. */
  readonly path: string;
  readonly kind: "added" | "deleted" | "changed";
  /** Git's mode of what is there afterwards, all zeros when nothing is. */
  readonly mode: string;
  /** Of what is there afterwards. */
  readonly hash: string;
}

const SUBMODULE = "160000";
const LINK = "120000";
const EMPTY = {
  sha1: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  sha256: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
};
/** Beyond some million paths there is nothing left to ask about one by one. */
const MAX_BYTES = 512 * 1024 * 1024;

/** The hash of a tree without any file, which every repository knows. */
export function emptyTree({ objectFormat }: Pick<Repository, "objectFormat">): string {
  return EMPTY[objectFormat];
}

export function isSubmodule({ mode }: TreeChange): boolean {
  return mode === SUBMODULE;
}

/** True for a file whose contents are written: neither a link nor a submodule, nor gone. */
export function isWritten({ kind, mode }: TreeChange): boolean {
  return kind !== "deleted" && mode !== SUBMODULE && mode !== LINK;
}

/**
 * What differs between two commits or trees, given as whole hashes; renames as what they do to each path, in git's
 * order. What two hashes differ in never changes, so the last answers are kept: a call asks before policy and after.
 */
export async function changesBetween(
  { git, repository, signal }: Omit<HistoryScene, "refs">,
  from: string,
  to: string,
): Promise<readonly TreeChange[]> {
  if (from === to) return [];
  const key = `${repository.commonDir}\n${from}\n${to}`;
  const known = KEPT.get(git) ?? new Map<string, readonly TreeChange[]>();
  KEPT.set(git, known);
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", from, to, "--"];
  const found = parseRaw(await git.text(repository, args, { signal, maxBytes: MAX_BYTES }));
  if (found.length <= MOST_PATHS_KEPT) known.set(key, found);
  const [oldest] = known.keys();
  if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest);
  return found;
}

const KEPT = new WeakMap<Git, Map<string, readonly TreeChange[]>>();
const MOST_KEPT = 16;
const MOST_PATHS_KEPT = 5_000;

/** What going back to a commit or tree changes: of the tracked files, or only of what is staged or in conflict. */
export async function changesToRestore(
  { git, repository, signal }: Omit<HistoryScene, "refs">,
  { tree, staged }: { readonly tree: string; readonly staged: boolean },
): Promise<TreeChange[]> {
  const which = staged ? ["--cached"] : [];
  const args = ["diff-index", ...which, "-R", "-z", "--raw", "--no-renames", "--no-abbrev", tree, "--"];
  return union([parseRaw(await git.text(repository, args, { signal, maxBytes: MAX_BYTES }))]);
}

/** What differs between each of some trees and the next, in one run; each path once. */
export async function changesAcross(
  { git, repository, signal }: Omit<HistoryScene, "refs">,
  trees: readonly string[],
): Promise<TreeChange[]> {
  if (trees.length < 2) return [];
  const stdin = trees.slice(1).map((tree, index) => `${trees[index]} ${tree}\n`);
  const args = ["diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"];
  const options = { signal, stdin: stdin.join(""), maxBytes: MAX_BYTES };
  return union([parseRaw(await git.text(repository, args, options))]);
}

/** Each path once, as the last of the lists has it. */
export function union(lists: readonly (readonly TreeChange[])[]): TreeChange[] {
  return [...new Map(lists.flat().map((change) => [change.path, change])).values()];
}

/** The output of `--raw -z`: facts and paths in turn; the names of two trees, on a line before them, are left out. */
function parseRaw(text: string): TreeChange[] {
  const fields = text.split("\0");
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = "", , hash = "", letter = ""] = (fields[at] ?? "").split("\n").at(-1)?.split(" ") ?? [];
    changes.push({ path: fields[at + 1] ?? "", kind: kindOf(letter), mode, hash });
  }
  return changes;
}

function kindOf(letter: string): TreeChange["kind"] {
  if (letter === "A") return "added";
  return letter === "D" ? "deleted" : "changed";
}
