import type { Score } from "./score.ts";

export interface Summary extends Score {
  readonly queries: number;
  /** One standard error of `functionNdcg`. */
  readonly functionNdcgError: number;
}

/** Means over queries, each of which counts the same. NaN without any. */
export function summarize(scores: readonly Score[]): Summary {
  const of = (metric: keyof Score): number => mean(scores.map((score) => score[metric]));
  return {
    queries: scores.length,
    functionNdcg: of("functionNdcg"),
    functionNdcgError: standardError(scores.map(({ functionNdcg }) => functionNdcg)),
    fileNdcg: of("fileNdcg"),
    reciprocalRank: of("reciprocalRank"),
    recallAt5: of("recallAt5"),
    recallAt10: of("recallAt10"),
    tokens: of("tokens"),
    tokensUntilHit: of("tokensUntilHit"),
  };
}

export interface Difference {
  readonly mean: number;
  readonly error: number;
}

/** Of the same queries, in the same order: the mean of `ours - theirs` and its standard error. */
export function pairedDifference(ours: readonly number[], theirs: readonly number[]): Difference {
  if (ours.length !== theirs.length) throw new Error("differences are of the same queries");
  const differences = ours.map((value, index) => value - (theirs[index] ?? Number.NaN));
  return { mean: mean(differences), error: standardError(differences) };
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

export function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function standardError(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((total, value) => total + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
