import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { MisreadError } from "./bytes.ts";
import { nameId } from "./names.ts";
import type { ImportRow, ReferenceRow } from "./shapes.ts";
import { readSpots } from "./spots.ts";
import { definitionOf, definitionsOf } from "./read-definitions.ts";

interface Mention {
  readonly name: string;
  readonly file: number;
  readonly path: string;
  readonly first_definition: number;
  readonly spots: Uint8Array;
}

/** A reference and its place in its file. */
type Placed = readonly [number, ReferenceRow];

const SELECT = `
SELECT n.name, m.file, f.path, f.first_definition, m.spots
FROM mentions m JOIN files f ON f.id = m.file JOIN names n ON n.id = m.name`;

/** By path, then as in the file. */
export function referencesNamed(db: Sqlite, name: string, limit: number): ReferenceRow[] {
  const id = nameId(db, name);
  if (id === undefined) return [];
  // every row has one at least
  const mentions = db.all<Mention>(`${SELECT} WHERE m.name = ? ORDER BY f.path LIMIT ?`, id, limit);
  const rows: ReferenceRow[] = [];
  for (const mention of mentions) {
    if (rows.length >= limit) break;
    rows.push(...placesOf(db, mention).map(([, row]) => row));
  }
  return rows.slice(0, limit);
}

/** In their order in the file. */
export function referencesOf(db: Sqlite, file: number): ReferenceRow[] {
  const mentions = db.all<Mention>(`${SELECT} WHERE m.file = ?`, file);
  const places = mentions.flatMap((mention) => placesOf(db, mention));
  return places.sort(([a], [b]) => a - b).map(([, row]) => row);
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

function placesOf(db: Sqlite, { name, file, path, first_definition, spots }: Mention): Placed[] {
  return readSpots(spots).map(({ position, line, kind, receiver, within }) => [
    position,
    {
      name,
      line,
      kind,
      ...(receiver === 0 ? {} : { receiver: nameOf(db, receiver) }),
      file,
      path,
      ...(within < 0 ? {} : { within: first_definition + within }),
    },
  ]);
}

function nameOf(db: Sqlite, id: number): string {
  return db.get<{ name: string }>("SELECT name FROM names WHERE id = ?", id)?.name ?? "";
}
