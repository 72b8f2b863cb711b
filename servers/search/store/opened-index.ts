import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { VectorScan } from "./dense.ts";
import { Lists } from "./lists.ts";
import { fitOf, hasTable } from "./schema.ts";
import type { Makeup } from "./shapes.ts";
import { FileMasks } from "./within.ts";
import { WordSearch } from "./word-search.ts";

/** `none`: nothing to read, or damaged. `other`: built by another version, read until there is a better one. */
export type Standing = "none" | "other" | "same";

/** A generation that is read, and what of it is in memory. */
export interface OpenedIndex {
  readonly generation: number;
  readonly db: Sqlite;
  readonly standing: Standing;
  readonly lists: Lists;
  readonly words: WordSearch;
  readonly masks: FileMasks;
  /** Left out when the vectors are of another table. */
  readonly vectors: VectorScan | undefined;
  /** SQLite's number of the last change by another connection. */
  version: number;
}

/** Undefined when the tables are not ours. Throws what `open` throws, and SQLite's errors for what is no database. */
export function openIndex(open: () => Sqlite, makeup: Makeup, generation: number): OpenedIndex | undefined {
  const db = open();
  try {
    const standing = fitOf(db, makeup);
    if (standing !== "unknown") {
      const lists = new Lists();
      const masks = new FileMasks();
      const vectors = hasTable(db, makeup) ? new VectorScan() : undefined;
      return { generation, db, standing, lists, words: new WordSearch(lists), masks, vectors, version: 0 };
    }
  } catch (error) {
    db.close();
    throw error;
  }
  db.close();
  return undefined;
}
