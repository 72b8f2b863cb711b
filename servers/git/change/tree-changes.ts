import { isNothing, parseRaw, type RawChange } from "./raw-changes.ts";
import { Recall } from "./recall.ts";
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
const RAW = ["-r", "-z", "--raw", "--no-renames", "--no-abbrev"];
const MOST_PATHS_KEPT = 5_000;
const KEPT = new Recall<readonly TreeChange[]>((changes) => changes.length <= MOST_PATHS_KEPT);
/** Beyond some million paths there is nothing left to ask about one by one. */
const MAX_BYTES = 512 * 1024 * 1024;

export function isSubmodule({ mode }: TreeChange): boolean {
  return mode === SUBMODULE;
}

/** True for a file whose contents are written: neither a link nor a submodule, nor gone. */
export function isWritten({ kind, mode }: TreeChange): boolean {
  return kind !== "deleted" && mode !== SUBMODULE && mode !== LINK;
}

/**
 * What differs between two commits or trees, given as whole hashes; renames as what they do to each path, in git's
 * order.
 */
export async function changesBetween(
  { git, repository, signal }: Omit<HistoryScene, "refs">,
  from: string,
  to: string,
): Promise<readonly TreeChange[]> {
  if (from === to) return [];
  const args = ["diff-tree", ...RAW, from, to, "--"];
  return await KEPT.get({ git, repository }, args, async () =>
    treeChangesIn(await git.text(repository, args, { signal, maxBytes: MAX_BYTES })),
  );
}

/** What going back to a commit or tree changes: of the tracked files, or only of what is staged or in conflict. */
export async function changesToRestore(
  { git, repository, signal }: Omit<HistoryScene, "refs">,
  { tree, staged }: { readonly tree: string; readonly staged: boolean },
): Promise<TreeChange[]> {
  const which = staged ? ["--cached"] : [];
  const args = ["diff-index", ...which, "-R", ...RAW.slice(1), tree, "--"];
  return union([treeChangesIn(await git.text(repository, args, { signal, maxBytes: MAX_BYTES }))]);
}

/** What differs between each of some trees and the next, in one run; each path once. */
export async function changesAcross(
  { git, repository, signal }: Omit<HistoryScene, "refs">,
  trees: readonly string[],
): Promise<TreeChange[]> {
  if (trees.length < 2) return [];
  const stdin = trees.slice(1).map((tree, index) => `${trees[index]} ${tree}\n`);
  const options = { signal, stdin: stdin.join(""), maxBytes: MAX_BYTES };
  const all = await KEPT.get({ git, repository }, trees, async () =>
    treeChangesIn(await git.text(repository, ["diff-tree", "--stdin", ...RAW], options)),
  );
  return union([all]);
}

/** Each path once, as the last of the lists has it. */
export function union(lists: readonly (readonly TreeChange[])[]): TreeChange[] {
  return [...new Map(lists.flat().map((change) => [change.path, change])).values()];
}

/** What a change leaves behind. */
export function asTreeChange({ path, letter, from, to }: RawChange): TreeChange {
  const kind = letter === "U" ? "changed" : isNothing(to) ? "deleted" : isNothing(from) ? "added" : "changed";
  return { path, kind, ...to };
}

/** What taking it back leaves behind. */
export function asTakenBack(change: RawChange): TreeChange {
  return asTreeChange({ ...change, from: change.to, to: change.from });
}

function treeChangesIn(text: string): TreeChange[] {
  return parseRaw(text).map(asTreeChange);
}
