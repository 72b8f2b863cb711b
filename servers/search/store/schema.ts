import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import type { Makeup } from "./shapes.ts";

/** Raised with every change of a table or of a stored form. */
const SCHEMA = 4;

/**
 * Units and definitions of one file have neighbouring ids, and an id is never given twice: what is written anew gets new
 * ones. A file keeps its id while it is known. The id before its first unit stands for the file itself in lists of names.
 */
const TABLES = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  mtime TEXT NOT NULL,
  hash TEXT NOT NULL,
  language TEXT NOT NULL,
  cut TEXT NOT NULL,
  role TEXT NOT NULL,
  errors INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  skipped TEXT,
  first_unit INTEGER NOT NULL,
  units INTEGER NOT NULL,
  first_definition INTEGER NOT NULL,
  definitions INTEGER NOT NULL,
  leaves INTEGER NOT NULL,
  lengths TEXT NOT NULL
);
CREATE INDEX files_alike ON files (language, cut, skipped, errors);
CREATE TABLE units (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL,
  start INTEGER NOT NULL,
  end INTEGER NOT NULL,
  leaves BLOB NOT NULL
);
CREATE TABLE definitions (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  scope TEXT NOT NULL,
  kind TEXT NOT NULL,
  start INTEGER NOT NULL,
  end INTEGER NOT NULL,
  line INTEGER NOT NULL,
  signature TEXT NOT NULL,
  doc_start INTEGER NOT NULL,
  doc TEXT NOT NULL,
  parent INTEGER,
  exported INTEGER NOT NULL
);
CREATE INDEX definitions_name ON definitions (name, file);
CREATE TABLE uses (file INTEGER PRIMARY KEY, list BLOB NOT NULL);
CREATE TABLE sources (id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE);
CREATE TABLE imports (
  file INTEGER NOT NULL,
  position INTEGER NOT NULL,
  source INTEGER NOT NULL,
  line INTEGER NOT NULL,
  names TEXT NOT NULL,
  PRIMARY KEY (file, position)
) WITHOUT ROWID;
CREATE INDEX imports_source ON imports (source);
CREATE TABLE vectors (
  file INTEGER PRIMARY KEY,
  change INTEGER NOT NULL,
  first_unit INTEGER NOT NULL,
  vectors BLOB NOT NULL
);
CREATE INDEX vectors_change ON vectors (change);
CREATE TABLE lengths (
  file INTEGER PRIMARY KEY,
  change INTEGER NOT NULL,
  first_unit INTEGER NOT NULL,
  lengths BLOB NOT NULL,
  is_gone INTEGER NOT NULL
);
CREATE INDEX lengths_change ON lengths (change);
CREATE TABLE segments (
  id INTEGER PRIMARY KEY,
  first_unit INTEGER NOT NULL,
  end_unit INTEGER NOT NULL,
  units INTEGER NOT NULL,
  dead INTEGER NOT NULL,
  lists INTEGER NOT NULL,
  shift INTEGER NOT NULL
);
CREATE TABLE postings (
  segment INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  lists BLOB NOT NULL,
  PRIMARY KEY (segment, bucket)
) WITHOUT ROWID;
CREATE TABLE dead_units (id INTEGER PRIMARY KEY);
`;

/** Makes all tables of an empty database, or none. */
export function createTables(db: Sqlite, makeup: Makeup): void {
  db.transaction(() => {
    db.exec(TABLES);
    db.run("INSERT INTO meta (key, value) VALUES ('makeup', ?)", textOf(makeup));
    db.exec(`PRAGMA user_version = ${SCHEMA}`);
  });
}

/**
 * `same`: to be read and written. `other`: to be read until there is a better one. `unknown`: its tables are not ours.
 * Throws SQLite's errors for what is no database.
 */
export function fitOf(db: Sqlite, makeup: Makeup): "same" | "other" | "unknown" {
  if (db.pragma<number>("user_version") !== SCHEMA) return "unknown";
  // ours has neither: what they would make of our statements is somebody else's choice
  if (db.get("SELECT 1 FROM sqlite_master WHERE type IN ('view', 'trigger')") !== undefined) return "unknown";
  return db.get<{ value: string }>("SELECT value FROM meta WHERE key = 'makeup'")?.value === textOf(makeup)
    ? "same"
    : "other";
}

/** True when vectors of this index may be compared with those of a table. */
export function hasTable(db: Sqlite, { table }: Makeup): boolean {
  const value = db.get<{ value: string }>("SELECT value FROM meta WHERE key = 'makeup'")?.value;
  return table !== "" && value?.endsWith(` ${table}`) === true;
}

/** Another one when anything is that decides what an index holds and how. */
export function nameOf(makeup: Makeup): string {
  return `${SCHEMA} ${textOf(makeup)}`;
}

function textOf({ version, table }: Makeup): string {
  return `${version} ${table}`;
}
