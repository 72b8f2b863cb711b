/** One file uses what another defines. */
export interface Link {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const DAMPING = 0.85;
const MAX_ROUNDS = 40;
const CLOSE_ENOUGH = 1e-7;

/**
 * How important each node is, by what links to it: the chance to be there after following links at random, and beginning
 * again at a node by its `start` weight. Sums to 1. The same input gives the same numbers.
 */
export function pageRank(starts: readonly number[], links: readonly Link[]): Float64Array {
  const count = starts.length;
  const start = normal(Float64Array.from(starts));
  const out = new Float64Array(count);
  for (const { from, count: weight } of links) out[from] = (out[from] ?? 0) + weight;
  let rank: Float64Array = start.slice();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = step(rank, { start, out, links });
    const change = next.reduce((sum, value, node) => sum + Math.abs(value - (rank[node] ?? 0)), 0);
    rank = next;
    if (change < CLOSE_ENOUGH) break;
  }
  return rank;
}

interface Graph {
  readonly start: Float64Array;
  /** All that goes out of each node. */
  readonly out: Float64Array;
  readonly links: readonly Link[];
}

function step(rank: Float64Array, { start, out, links }: Graph): Float64Array {
  const moved = new Float64Array(rank.length);
  for (const { from, to, count } of links)
    moved[to] = (moved[to] ?? 0) + ((rank[from] ?? 0) * count) / (out[from] ?? 1);
  // from where nothing leads on one begins again
  const lost = rank.reduce((sum, value, node) => (out[node] === 0 ? sum + value : sum), 0);
  return moved.map(
    (value, node) => (1 - DAMPING) * (start[node] ?? 0) + DAMPING * (value + lost * (start[node] ?? 0)),
  );
}

function normal(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, each) => total + each, 0);
  return sum === 0 ? weights.fill(1 / Math.max(1, weights.length)) : weights.map((each) => each / sum);
}
