const LEAST = 0.05;

/**
 * How much a word that is in `frequency` of `total` pieces of code tells of one of them: 1 for a word that is nowhere,
 * 0.05 for one that is nearly everywhere. The table is trained with this form; others would not fit it.
 */
export function rarity(frequency: number, total: number): number {
  if (total <= 0) return 1;
  const share = Math.log((total + 1) / (frequency + 0.5)) / Math.log(2 * (total + 1));
  return Math.min(1, Math.max(LEAST, share));
}
