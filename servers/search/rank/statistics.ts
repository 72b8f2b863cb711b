import type { IndexReader, Totals } from "../store/shapes.ts";

/** What words weigh in some indexes together, as if they were one: only so are scores of several roots comparable. */
export interface Statistics {
  readonly totals: Totals;
  /** In how many units each word is, in the order given. */
  readonly frequencies: readonly number[];
}

/** How rare a word is that so many of all units hold; never negative. */
export function rarityOf(frequency: number, units: number): number {
  return Math.log(1 + (Math.max(0, units - frequency) + 0.5) / (frequency + 0.5));
}

export function statisticsOf(readers: readonly IndexReader[], words: readonly string[]): Statistics {
  const counts = readers.map((reader) => reader.frequencies(words));
  return {
    totals: sumOf(readers.map((reader) => reader.totals())),
    frequencies: words.map((_, index) => counts.reduce((sum, one) => sum + (one[index] ?? 0), 0)),
  };
}

function sumOf(all: readonly Totals[]): Totals {
  const sum = (count: (one: Totals) => number): number => all.reduce((total, one) => total + count(one), 0);
  const units = sum((one) => one.units);
  const leaves = sum((one) => one.leaves);
  return {
    files: sum((one) => one.files),
    units,
    leaves,
    unitLengths: meansOf(
      all.map((one) => [one.unitLengths, one.units]),
      units,
    ),
    leafLengths: meansOf(
      all.map((one) => [one.leafLengths, one.leaves]),
      leaves,
    ),
  };
}

function meansOf(
  all: readonly (readonly [lengths: readonly number[], count: number])[],
  count: number,
): number[] {
  return (all[0]?.[0] ?? []).map(
    (_, field) =>
      all.reduce((sum, [lengths, weight]) => sum + (lengths[field] ?? 0) * weight, 0) / Math.max(1, count),
  );
}
