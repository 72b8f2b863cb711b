import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { EdgeCounter, type Edge } from "./edge-counter.ts";
import { nameKey, type Lists } from "./lists.ts";

/** Names that more files define say nothing of whom a reference means. */
const MOST_FILES = 20;

/** How often files use names that other files define. */
export function readEdges(db: Sqlite, lists: Lists): Iterable<Edge> {
  const defined = definedNames(db);
  const counter = new EdgeCounter();
  for (const [key, { units, counts }] of lists.names(db)) {
    for (const to of defined.get(key) ?? [])
      for (const [place, unit] of units.entries())
        counter.add(lists.units.files[unit] ?? 0, to, counts[place] ?? 0);
  }
  return counter.edges();
}

/** In which files each name is defined, where they are few. */
function definedNames(db: Sqlite): ReadonlyMap<number, readonly number[]> {
  const files = new Map<number, number[]>();
  const rows = db.iterate<{ name: string; file: number }>(
    // members are named through what they belong to, and mostly so that many others are named alike
    `SELECT DISTINCT name COLLATE BINARY AS name, file FROM definitions
     WHERE exported = 1 AND kind <> 'method' AND (parent IS NULL OR kind <> 'constant')`,
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
