import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import type { FileRow, SkipReason, UnitPlace } from "./shapes.ts";

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

export function allUnits(db: Sqlite): UnitPlace[] {
  return db.all<UnitPlace>(
    `SELECT u.id AS unit, f.path, f.hash, u.start AS startLine, u.end AS endLine
      FROM units u JOIN files f ON f.id = u.file ORDER BY u.id`,
  );
}

function toRow({ skipped, ...row }: StoredFile): FileRow {
  return skipped === null ? row : { ...row, skipped };
}
