import type { Scored } from "./scored.ts";

/** A candidate in its place. */
export interface Ranked {
  readonly scored: Scored;
  readonly score: number;
}

/** What each unit that is shown already takes from the next one of its file. */
const SATURATION = 0.2;

/** Best first; of one file, every further unit counts a little less, so that it does not crowd out others. */
export function order(ranked: readonly Ranked[], saturation = SATURATION): Ranked[] {
  const seen = new Map<number, number>();
  return [...ranked]
    .sort((one, other) => other.score - one.score || one.scored.candidate.unit - other.scored.candidate.unit)
    .map((one) => {
      const before = seen.get(one.scored.candidate.file) ?? 0;
      seen.set(one.scored.candidate.file, before + 1);
      return { ...one, score: one.score - saturation * before };
    })
    .sort((one, other) => other.score - one.score);
}
