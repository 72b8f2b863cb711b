import { fileKey, type Scored } from "./scored.ts";

/** A candidate in its place. */
export interface Ranked {
  readonly scored: Scored;
  readonly score: number;
}

/** What each unit that is shown already takes from the next one of its file. */
const SATURATION = 0.5;

/** Best first; of one file, every further unit counts a little less, so that it does not crowd out others. */
export function order(ranked: readonly Ranked[], saturation = SATURATION): Ranked[] {
  const seen = new Map<string, number>();
  return [...ranked]
    .sort((one, other) => other.score - one.score || compareUnits(one.scored, other.scored))
    .map((one) => {
      const file = fileKey(one.scored);
      const before = seen.get(file) ?? 0;
      seen.set(file, before + 1);
      return { ...one, score: one.score - saturation * before };
    })
    .sort((one, other) => other.score - one.score);
}

function compareUnits(one: Scored, other: Scored): number {
  return one.place - other.place || one.candidate.unit - other.candidate.unit;
}
