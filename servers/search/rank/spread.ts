/**
 * Maps a list's scores to 0..1: its best is 1; 0 is the last of its first `depth`, or a score of 0 where it is not so long.
 */
export function spread(scores: readonly number[], depth: number): number[] {
  const sorted = [...scores].sort((one, other) => other - one);
  const best = sorted[0] ?? 0;
  const least = Math.max(0, sorted[depth - 1] ?? 0);
  if (best <= least) return scores.map((score) => (score > 0 && score >= best ? 1 : 0));
  return scores.map((score) => Math.max(0, (score - least) / (best - least)));
}
