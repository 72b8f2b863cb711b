import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { nameKey, type Lists } from "./lists.ts";

/** Names that more files define say nothing of whom a reference means. */
const MOST_FILES = 20;
/** More than there are files. */
const FILES = 2 ** 26;

/** How often one file uses names that another one defines; of one name at most 255 times. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export function readEdges(db: Sqlite, lists: Lists): Edge[] {
  const defined = definedNames(db);
  const counts = new Map<number, number>();
  const add = (from: number, to: number, count: number): void => {
    const edge = from * FILES + to;
    if (from !== to) counts.set(edge, (counts.get(edge) ?? 0) + count);
  };
  for (const [key, { units, counts: uses }] of lists.names(db)) {
    for (const to of defined.get(key) ?? [])
      for (const [place, unit] of units.entries()) add(lists.units.files[unit] ?? 0, to, uses[place] ?? 0);
  }
  return Array.from(counts, ([edge, count]) => ({
    from: Math.floor(edge / FILES),
    to: edge % FILES,
    count,
  }));
}

/** In which files each name is defined, where they are few. */
function definedNames(db: Sqlite): ReadonlyMap<number, readonly number[]> {
  const files = new Map<number, number[]>();
  const rows = db.iterate<{ name: string; file: number }>(
    "SELECT DISTINCT name COLLATE BINARY AS name, file FROM definitions",
  );
  for (const { name, file } of rows) {
    const key = nameKey(name);
    const known = files.get(key);
    if (known === undefined) files.set(key, [file]);
    else known.push(file);
  }
  for (const [key, { length }] of files) if (length > MOST_FILES) files.delete(key);
  return files;
}
