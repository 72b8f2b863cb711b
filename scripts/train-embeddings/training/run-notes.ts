import * as z from "zod";
import { Settings } from "./settings.ts";
import type { Corpus } from "./corpus.ts";
import type { PackagePairs } from "../pairs/pair.ts";

const Counts = z.record(z.string(), z.number());

/** What a training run says of itself, beside its table. */
export const RunNotes = z.strictObject({
  settings: Settings,
  node: z.string(),
  seconds: z.number(),
  /** Packages by registry. */
  packages: Counts,
  /** Trained pairs, without copies. */
  pairs: z.number(),
  kinds: Counts,
  languages: Counts,
  words: z.number(),
});

export type RunNotes = z.infer<typeof RunNotes>;

/** `seconds` is how long it took. */
export function runNotes(
  { packages, corpus, settings }: { packages: readonly PackagePairs[]; corpus: Corpus; settings: Settings },
  seconds: number,
): RunNotes {
  return {
    settings,
    node: process.version,
    seconds,
    packages: sum(packages.map(({ name }) => ({ [name.slice(0, name.indexOf("+"))]: 1 }))),
    pairs: corpus.pairs.length,
    kinds: sum(packages.map(({ kinds }) => kinds)),
    languages: sum(packages.map(({ languages }) => languages)),
    words: corpus.vocabulary.words.length,
  };
}

function sum(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of all.flatMap((each) => Object.entries(each)))
    sums[name] = (sums[name] ?? 0) + count;
  return Object.fromEntries(Object.entries(sums).sort(([, a], [, b]) => b - a));
}
