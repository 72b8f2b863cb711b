import type { Sqlite, SqlValue } from "../../../shared/sqlite/sqlite.ts";
import type { WantedList, Within } from "./shapes.ts";

/** What agents ask for again and again is little; each takes a byte a file. */
const MOST_KEPT = 8;

/** A condition and its values. */
export interface Where {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** Nothing when there are no words: everything fits. */
export function anyOf(column: string, words: readonly string[] | undefined): Where[] {
  if (words === undefined || words.length === 0) return [];
  return [{ sql: `${column} IN (${words.map(() => "?").join(", ")})`, values: words }];
}

/** A path with `/` at its end is a folder, "" is everything, any other is one file. */
export function underPaths(column: string, paths: readonly string[] | undefined): Where[] {
  if (paths === undefined || paths.length === 0 || paths.includes("")) return [];
  const each = paths.map((path) => {
    if (!path.endsWith("/")) return { sql: `${column} = ?`, values: [path] };
    // "0" comes after "/"
    return { sql: `(${column} >= ? AND ${column} < ?)`, values: [path, `${path.slice(0, -1)}0`] };
  });
  return [{ sql: each.map(({ sql }) => sql).join(" OR "), values: each.flatMap(({ values }) => values) }];
}

/** By the id of each file, 1 when it fits. */
export type FileMask = Uint8Array;

/** How many units are wanted, and of which files. */
export interface MaskedList {
  readonly limit: number;
  readonly isIn: FileMask | undefined;
}

/** Which files fit, by what is asked for: remembered until something is written. */
export class FileMasks {
  readonly #known = new Map<string, FileMask>();

  /** Something was written. */
  expire(): void {
    this.#known.clear();
  }

  lists(db: Sqlite, wanted: readonly WantedList[]): MaskedList[] {
    return wanted.map(({ limit, within }) => ({ limit, isIn: this.#of(db, within) }));
  }

  /** Undefined when all files fit. */
  #of(db: Sqlite, within: Within | undefined): FileMask | undefined {
    if (within === undefined) return undefined;
    const key = JSON.stringify(within);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const ids = filesWithin(db, within);
    if (ids === undefined) return undefined;
    const mask = new Uint8Array((db.column<number | null>("SELECT max(id) FROM files")[0] ?? 0) + 1);
    for (const id of ids) mask[id] = 1;
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#known.set(key, mask);
    return mask;
  }
}

/** Ids of the files that fit; undefined when all do. */
function filesWithin(db: Sqlite, within: Within): number[] | undefined {
  const wheres = [
    ...underPaths("path", within.under),
    ...anyOf("language", within.languages),
    ...anyOf("role", within.roles),
  ];
  if (wheres.length === 0) return undefined;
  const sql = `SELECT id FROM files WHERE ${wheres.map((each) => `(${each.sql})`).join(" AND ")}`;
  return db.column<number>(sql, ...wheres.flatMap(({ values }) => values));
}
