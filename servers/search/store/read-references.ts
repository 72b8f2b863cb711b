import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { MisreadError } from "./bytes.ts";
import { nameKey, type Lists } from "./lists.ts";
import type { ImportRow, ReferenceRow } from "./shapes.ts";
import { unpackReferences } from "./stored-references.ts";
import { definitionOf, definitionsOf } from "./read-definitions.ts";

interface StoredUses {
  readonly path: string;
  readonly first_definition: number;
  readonly list: Uint8Array;
}

/** By path, then as in the file. */
export function referencesNamed(
  db: Sqlite,
  name: string,
  { lists, limit }: { readonly lists: Lists; readonly limit: number },
): ReferenceRow[] {
  const [list] = lists.of(db, [nameKey(name)]);
  const files = Array.from(list?.units ?? [], (unit) => lists.units.files[unit] ?? 0);
  const sql = "SELECT id FROM files WHERE id IN (SELECT value FROM json_each(?)) ORDER BY path";
  const rows: ReferenceRow[] = [];
  for (const file of db.column<number>(sql, JSON.stringify(files))) {
    if (rows.length >= limit) break;
    // another name may share the list
    rows.push(...referencesOf(db, file, name));
  }
  return rows.slice(0, limit);
}

/** In their order in the file; with `only` those to that name. */
export function referencesOf(db: Sqlite, file: number, only?: string): ReferenceRow[] {
  const sql =
    "SELECT f.path, f.first_definition, u.list FROM uses u JOIN files f ON f.id = u.file WHERE u.file = ?";
  const stored = db.get<StoredUses>(sql, file);
  if (stored === undefined) return [];
  const { path, first_definition, list } = stored;
  return unpackReferences(list, only).map(({ within, ...reference }) => {
    const row = { ...reference, file, path };
    return within < 0 ? row : { ...row, within: first_definition + within };
  });
}

/** References in a definition and in all that lies in it. */
export function referencesWithin(db: Sqlite, id: number): ReferenceRow[] {
  const definition = definitionOf(db, id);
  if (definition === undefined) return [];
  const inside = new Set([id]);
  // what lies in another comes after it
  for (const each of definitionsOf(db, definition.file))
    if (each.parent !== undefined && inside.has(each.parent)) inside.add(each.id);
  return referencesOf(db, definition.file).filter(({ within }) => within !== undefined && inside.has(within));
}

interface StoredImport {
  readonly file: number;
  readonly path: string;
  readonly source: string;
  readonly line: number;
  readonly names: string;
}

const SELECT_IMPORTS = `
SELECT i.file, f.path, s.source, i.line, i.names
FROM imports i JOIN files f ON f.id = i.file JOIN sources s ON s.id = i.source`;

export function importsIn(db: Sqlite, file: number): ImportRow[] {
  return db.all<StoredImport>(`${SELECT_IMPORTS} WHERE i.file = ? ORDER BY i.position`, file).map(toImport);
}

/** Imports whose source holds this text, by path. */
export function importsOf(db: Sqlite, part: string, limit: number): ImportRow[] {
  const sql = `${SELECT_IMPORTS} WHERE i.source IN (SELECT id FROM sources WHERE instr(source, ?) > 0)
    ORDER BY f.path, i.position LIMIT ?`;
  return db.all<StoredImport>(sql, part, limit).map(toImport);
}

function toImport({ names, ...row }: StoredImport): ImportRow {
  return { ...row, names: parseNames(names) };
}

function parseNames(text: string): ImportRow["names"] {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `writeFile` wrote it
    return JSON.parse(text) as ImportRow["names"];
  } catch (error) {
    throw new MisreadError("stored names are not readable", { cause: error });
  }
}
