import type { Objects } from "./objects.ts";
import { DIRECTORY, type TreeEntry } from "./stored.ts";

/** The files in which two trees differ, in git's order; undefined for a tree without anything. */
export async function changedPaths(
  objects: Objects,
  [before, after]: readonly [string | undefined, string | undefined],
  prefix = "",
): Promise<string[]> {
  if (before === after) return [];
  const [old, now] = [await entriesOf(objects, before), await entriesOf(objects, after)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  const found: string[] = [];
  for (const name of names) {
    const [was, is] = [old.get(name), now.get(name)];
    if (was?.hash === is?.hash && was?.mode === is?.mode) continue;
    const path = prefix + name;
    if (isFile(was) || isFile(is)) found.push(path);
    const folders = [folderOf(was), folderOf(is)] as const;
    found.push(...(await changedPaths(objects, folders, `${path}/`)));
  }
  return found;
}

async function entriesOf(
  objects: Objects,
  tree: string | undefined,
): Promise<ReadonlyMap<string, TreeEntry>> {
  const entries = tree === undefined ? [] : await objects.tree(tree);
  return new Map(entries.map((entry) => [entry.name, entry]));
}

function isFile(entry: TreeEntry | undefined): boolean {
  return entry !== undefined && entry.mode !== DIRECTORY;
}

function folderOf(entry: TreeEntry | undefined): string | undefined {
  return entry?.mode === DIRECTORY ? entry.hash : undefined;
}
