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
  readonly path: string;
  readonly language: string;
  readonly role: FileRole;
  readonly first_definition: number;
}

type LeafDefinition = NonNullable<CandidateLeaf["definition"]>;

const UNITS = `SELECT u.id, u.file, u.start, u.end, u.leaves, f.path, f.language, f.role, f.first_definition
  FROM json_each(?) asked CROSS JOIN units u ON u.id = asked.value CROSS JOIN files f ON f.id = u.file`;
const DEFINITIONS = `SELECT id, name, scope, kind, signature, start AS startLine, end AS endLine FROM definitions
  WHERE id IN (SELECT value FROM json_each(?))`;

/** In the order given; units that are gone are left out. Without `vectors` none has one. */
export function readCandidates(
  db: Sqlite,
  units: readonly number[],
  vectors: VectorScan | undefined,
): Candidate[] {
  const stored = byId(db.all<StoredUnit>(UNITS, JSON.stringify(units)));
  const read = units.flatMap((id) => {
    const row = stored.get(id);
    return row === undefined ? [] : [{ row, leaves: readLeaves(row.leaves) }];
  });
  const ids = read.flatMap(({ row, leaves }) => leaves.flatMap((leaf) => definitionId(leaf, row) ?? []));
  const definitions = byId(db.all<LeafDefinition>(DEFINITIONS, JSON.stringify(ids)));
  return read.map(({ row, leaves }) => {
    const { id: unit, file, path, language, role, start: startLine, end: endLine } = row;
    const vector = vectors?.vectorOf(file, unit);
    const own = leaves.map((leaf) => {
      const id = definitionId(leaf, row);
      const bare = vectors === undefined ? withoutVector(leaf) : leaf;
      return toLeaf(bare, id === undefined ? undefined : definitions.get(id));
    });
    const candidate = { unit, file, path, language, role, startLine, endLine, leaves: own };
    return vector === undefined ? candidate : { ...candidate, vector };
  });
}

function byId<Row extends { readonly id: number }>(rows: readonly Row[]): ReadonlyMap<number, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function definitionId({ definition }: StoredLeaf, { first_definition }: StoredUnit): number | undefined {
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
