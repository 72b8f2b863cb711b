import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import type { FileRow, FileTally, SkipReason, UnitPlace } from "./shapes.ts";

const COLUMNS = `id, path, size, mtime AS mtimeNs, hash, language, cut, role, errors, lines, skipped`;

type StoredFile = Omit<FileRow, "skipped"> & { readonly skipped: SkipReason | null };

export function fileAt(db: Sqlite, path: string): FileRow | undefined {
  const row = db.get<StoredFile>(`SELECT ${COLUMNS} FROM files WHERE path = ?`, path);
  return row === undefined ? undefined : toRow(row);
}

/** By path. */
export function allFiles(db: Sqlite): FileRow[] {
  return db.all<StoredFile>(`SELECT ${COLUMNS} FROM files ORDER BY path`).map(toRow);
}

export function tallyFiles(db: Sqlite): FileTally[] {
  interface Stored extends Omit<FileTally, "skipped" | "hasErrors"> {
    readonly skipped: SkipReason | null;
    readonly hasErrors: 0 | 1;
  }
  const rows = db.all<Stored>(
    `SELECT language, cut, skipped, errors > 0 AS hasErrors, count(*) AS files
      FROM files GROUP BY language, cut, skipped, errors`,
  );
  return rows.map(({ skipped, hasErrors, ...row }) => ({
    ...row,
    hasErrors: hasErrors === 1,
    ...(skipped === null ? {} : { skipped }),
  }));
}

export function exampleFiles(db: Sqlite, what: SkipReason | "errors", limit: number): string[] {
  return what === "errors"
    ? db.column<string>(
        "SELECT path FROM files WHERE skipped IS NULL AND errors > 0 ORDER BY path LIMIT ?",
        limit,
      )
    : db.column<string>("SELECT path FROM files WHERE skipped = ? ORDER BY path LIMIT ?", what, limit);
}

export function allUnits(db: Sqlite): UnitPlace[] {
  return db.all<UnitPlace>(
    `SELECT u.id AS unit, f.path, f.hash, u.start AS startLine, u.end AS endLine
      FROM units u JOIN files f ON f.id = u.file ORDER BY u.id`,
  );
}

function toRow({ skipped, ...row }: StoredFile): FileRow {
  return skipped === null ? row : { ...row, skipped };
}
