import type { Candidate } from "../store/shapes.ts";

/** How near a unit's meaning is to a query's. */
export interface DenseScore {
  /** Of its whole and its best leaf. */
  readonly score: number;
  readonly unit: number;
  readonly leaf: number;
  /** Of each leaf; 0 for one without a vector. */
  readonly leaves: readonly number[];
}

/** Small pieces are near to much by chance, so the whole counts more. */
const UNIT_SHARE = 0.65;

/** Undefined for a unit without a vector, as for one that was indexed before there was a table. */
export function denseScore(
  { vector, leaves }: Pick<Candidate, "vector" | "leaves">,
  query: Int8Array,
): DenseScore | undefined {
  if (vector === undefined || vector.length !== query.length) return undefined;
  const unit = cosine(vector, query);
  // a unit of one leaf is that leaf
  const scores = leaves.map((leaf) =>
    leaf.vector === undefined ? (leaves.length === 1 ? unit : 0) : cosine(leaf.vector, query),
  );
  const leaf = scores.reduce((best, score) => Math.max(best, score), -1);
  return { score: UNIT_SHARE * unit + (1 - UNIT_SHARE) * leaf, unit, leaf, leaves: scores };
}

/** Of two vectors of unit length, 127 standing for 1. */
export function cosine(one: Int8Array, other: Int8Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum / (127 * 127);
}
