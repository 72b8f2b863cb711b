import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import type { VectorScan } from "./dense.ts";
import type { Candidate, CandidateLeaf, FileRole } from "./shapes.ts";
import { readLeaves, type StoredLeaf } from "./stored-leaves.ts";

interface StoredUnit {
  readonly id: number;
  readonly file: number;
  readonly start: number;
  readonly end: number;
  readonly leaves: Uint8Array;
}

interface StoredFile {
  readonly id: number;
  readonly path: string;
  readonly language: string;
  readonly role: FileRole;
  readonly first_unit: number;
  readonly first_definition: number;
}

type LeafDefinition = NonNullable<CandidateLeaf["definition"]>;

const UNITS = "SELECT id, file, start, end, leaves FROM units WHERE id IN (SELECT value FROM json_each(?))";
const FILES = `SELECT id, path, language, role, first_unit, first_definition FROM files
  WHERE id IN (SELECT value FROM json_each(?))`;
const DEFINITIONS = `SELECT id, name, scope, kind, signature, start AS startLine, end AS endLine FROM definitions
  WHERE id IN (SELECT value FROM json_each(?))`;

/** In the order given; units that are gone are left out. Without `vectors` none has one. */
export function readCandidates(
  db: Sqlite,
  units: readonly number[],
  vectors: VectorScan | undefined,
): Candidate[] {
  const rows = byId(db.all<StoredUnit>(UNITS, JSON.stringify(units)));
  const fileIds = new Set([...rows.values()].map(({ file }) => file));
  const files = byId(db.all<StoredFile>(FILES, JSON.stringify([...fileIds])));
  const read = units.flatMap((id) => {
    const row = rows.get(id);
    const file = row === undefined ? undefined : files.get(row.file);
    return row === undefined || file === undefined ? [] : [{ row, file, leaves: readLeaves(row.leaves) }];
  });
  const ids = read.flatMap(({ file, leaves }) => leaves.flatMap((leaf) => definitionId(leaf, file) ?? []));
  const definitions = byId(db.all<LeafDefinition>(DEFINITIONS, JSON.stringify(ids)));
  return read.map(({ row, file, leaves }) => {
    const { id: fileId, path, language, role } = file;
    const { id: unit, start: startLine, end: endLine } = row;
    const vector = vectors?.vectorOf(fileId, unit);
    const own = leaves.map((leaf) => {
      const id = definitionId(leaf, file);
      const bare = vectors === undefined ? withoutVector(leaf) : leaf;
      return toLeaf(bare, id === undefined ? undefined : definitions.get(id));
    });
    const candidate = { unit, file: fileId, path, language, role, startLine, endLine, leaves: own };
    return vector === undefined ? candidate : { ...candidate, vector };
  });
}

function byId<Row extends { readonly id: number }>(rows: readonly Row[]): ReadonlyMap<number, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function definitionId({ definition }: StoredLeaf, { first_definition }: StoredFile): number | undefined {
  return definition < 0 ? undefined : first_definition + definition;
}

function toLeaf(
  { startLine, endLine, words, vector }: StoredLeaf,
  definition: LeafDefinition | undefined,
): CandidateLeaf {
  return {
    startLine,
    endLine,
    words,
    ...(vector === undefined ? {} : { vector }),
    ...(definition === undefined ? {} : { definition }),
  };
}

function withoutVector({ startLine, endLine, definition, words }: StoredLeaf): StoredLeaf {
  return { startLine, endLine, definition, words };
}
