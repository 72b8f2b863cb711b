/** Maps a list's scores to 0..1: its best is 1, the last of its first `depth` is 0, and so is all below. */
export function spread(scores: readonly number[], depth: number): number[] {
  const sorted = [...scores].sort((one, other) => other - one).slice(0, depth);
  const best = sorted[0] ?? 0;
  const least = sorted.at(-1) ?? 0;
  if (best <= least) return scores.map(() => (best > 0 ? 1 : 0));
  return scores.map((score) => Math.max(0, (score - least) / (best - least)));
}
