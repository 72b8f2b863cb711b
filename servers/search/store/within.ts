import type { Sqlite, SqlValue } from "../../../shared/sqlite/sqlite.ts";
import type { Within } from "./shapes.ts";

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

/** Ids of the files that fit; undefined when all do. */
export function filesWithin(db: Sqlite, within: Within | undefined): ReadonlySet<number> | undefined {
  const wheres = [
    ...underPaths("path", within?.under),
    ...anyOf("language", within?.languages),
    ...anyOf("role", within?.roles),
  ];
  if (wheres.length === 0) return undefined;
  const sql = `SELECT id FROM files WHERE ${wheres.map((each) => `(${each.sql})`).join(" AND ")}`;
  return new Set(db.column<number>(sql, ...wheres.flatMap(({ values }) => values)));
}
