import type { Sqlite, SqlValue } from "../../../shared/sqlite/sqlite.ts";
import type { DefinitionRow, NameOptions } from "./shapes.ts";
import { anyOf, underPaths } from "./within.ts";

const SELECT = `
SELECT d.id, d.file, f.path, d.name, d.scope, d.kind, d.start AS startLine, d.end AS endLine, d.line AS nameLine,
  d.signature, d.doc_start AS docLine, d.doc, d.parent, d.exported
FROM definitions d JOIN files f ON f.id = d.file`;

type StoredDefinition = Omit<DefinitionRow, "parent" | "exported"> & {
  readonly parent: number | null;
  readonly exported: number;
};

export function definitionOf(db: Sqlite, id: number): DefinitionRow | undefined {
  const row = db.get<StoredDefinition>(`${SELECT} WHERE d.id = ?`, id);
  return row === undefined ? undefined : toRow(row);
}

/** In their order in the file. */
export function definitionsOf(db: Sqlite, file: number): DefinitionRow[] {
  const range = db.get<{ first: number; end: number }>(
    "SELECT first_definition AS first, first_definition + definitions AS end FROM files WHERE id = ?",
    file,
  );
  if (range === undefined) return [];
  const sql = `${SELECT} WHERE d.id >= ? AND d.id < ? ORDER BY d.id`;
  return db.all<StoredDefinition>(sql, range.first, range.end).map(toRow);
}

/** The unit in which each definition begins; what is gone is left out. */
export function unitsOf(db: Sqlite, definitions: readonly number[]): number[] {
  const sql = `SELECT u.id FROM definitions d JOIN files f ON f.id = d.file
    JOIN units u ON u.id >= f.first_unit AND u.id < f.first_unit + f.units
    WHERE d.id = ? AND u.start <= d.start AND u.end >= d.start ORDER BY u.id LIMIT 1`;
  return definitions.flatMap((id) => db.column<number>(sql, id));
}

export function definedNames(db: Sqlite): string[] {
  return db.column<string>("SELECT DISTINCT name COLLATE BINARY AS name FROM definitions ORDER BY 1");
}

/** See `IndexReader.definitionsNamed`. */
export function definitionsNamed(db: Sqlite, name: string, options: NameOptions): DefinitionRow[] {
  if (name === "") return [];
  const { like = false, scope = "", kinds, under, limit } = options;
  const named = like
    ? { sql: "d.name >= ? AND d.name < ? || char(0x10FFFF)", values: [name, name] }
    : { sql: "d.name = ?", values: [name] };
  const wheres = [named, ...scopeWhere(scope), ...anyOf("d.kind", kinds), ...underPaths("f.path", under)];
  const values: SqlValue[] = [...wheres.flatMap((each) => each.values), name, limit];
  const sql = `${SELECT} WHERE ${wheres.map((each) => `(${each.sql})`).join(" AND ")}
    ORDER BY d.name = ? COLLATE BINARY DESC, length(d.name), d.exported DESC, f.path, d.id LIMIT ?`;
  return db.all<StoredDefinition>(sql, ...values).map(toRow);
}

function scopeWhere(scope: string): { sql: string; values: SqlValue[] }[] {
  if (scope === "") return [];
  const sql = "d.scope = ? COLLATE NOCASE OR substr(d.scope, -length(?) - 1) = '.' || ? COLLATE NOCASE";
  return [{ sql, values: [scope, scope, scope] }];
}

function toRow({ parent, exported, ...row }: StoredDefinition): DefinitionRow {
  const definition = { ...row, exported: exported === 1 };
  return parent === null ? definition : { ...definition, parent };
}
