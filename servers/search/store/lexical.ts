import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import type { WeightedWord, Within } from "./shapes.ts";
import { filesWithin } from "./within.ts";

/** In how many units each word is. */
export function readFrequencies(db: Sqlite, words: readonly string[]): number[] {
  return words.map(
    (word) => db.get<{ doc: number }>("SELECT doc FROM vocabulary WHERE term = ?", word)?.doc ?? 0,
  );
}

/** See `IndexReader.lexical`. */
export function searchWords(
  db: Sqlite,
  words: readonly WeightedWord[],
  { limit, within }: { readonly limit: number; readonly within?: Within | undefined },
): number[] {
  if (words.length === 0) return [];
  const match = words.map(({ word }) => `"${word.replaceAll('"', '""')}"`).join(" OR ");
  const files = filesWithin(within);
  const inFiles =
    files === undefined ? "" : `AND rowid IN (SELECT id FROM units WHERE file IN (${files.sql}))`;
  const sql = `SELECT rowid FROM texts WHERE texts MATCH ? ${inFiles} ORDER BY rank LIMIT ?`;
  return db.column<number>(sql, match, ...(files?.values ?? []), limit);
}
