import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import type { Candidate, CandidateLeaf } from "./shapes.ts";
import { readLeaves, type StoredLeaf } from "./stored-leaves.ts";

interface StoredUnit extends Omit<Candidate, "leaves" | "vector"> {
  readonly leaves: Uint8Array;
  readonly vectors: Uint8Array | null;
  readonly first_definition: number;
}

const SQL = `
SELECT u.id AS unit, u.file, f.path, f.language, f.role, u.start AS startLine, u.end AS endLine, u.leaves,
  f.first_definition,
  substr(v.vectors, (u.id - f.first_unit) * (length(v.vectors) / f.units) + 1, length(v.vectors) / f.units) AS vectors
FROM units u JOIN files f ON f.id = u.file LEFT JOIN vectors v ON v.file = u.file
WHERE u.id = ?`;

const SQL_DEFINITION = `
SELECT d.id, n.name, d.scope, d.kind, d.signature, d.start AS startLine, d.end AS endLine
FROM definitions d JOIN names n ON n.id = d.name WHERE d.id = ?`;

/** In the order given; units that are gone are left out. */
export function readCandidates(db: Sqlite, units: readonly number[]): Candidate[] {
  return units.flatMap((id) => {
    const row = db.get<StoredUnit>(SQL, id);
    return row === undefined ? [] : [toCandidate(db, row)];
  });
}

function toCandidate(db: Sqlite, { leaves, vectors, first_definition, ...unit }: StoredUnit): Candidate {
  const vector = vectors === null ? undefined : new Int8Array(vectors);
  const candidate = {
    ...unit,
    leaves: readLeaves(leaves).map((leaf) => toLeaf(db, leaf, first_definition)),
  };
  // a unit without a vector among others that have one has zeros
  return vector?.some((each) => each !== 0) === true ? { ...candidate, vector } : candidate;
}

function toLeaf(db: Sqlite, { definition, ...leaf }: StoredLeaf, first: number): CandidateLeaf {
  if (definition < 0) return leaf;
  const row = db.get<NonNullable<CandidateLeaf["definition"]>>(SQL_DEFINITION, first + definition);
  return row === undefined ? leaf : { ...leaf, definition: row };
}
