import type { Outcome } from "./ask-all.ts";
import type { QuerySet } from "./queries.ts";
import { score, type Score } from "./score.ts";
import { quantile, summarize, type Summary } from "./summarize.ts";

/** One query as one system answered it. */
export interface Scored extends Score {
  readonly kind: string;
  readonly language: string;
  /** Null when it failed. */
  readonly ms: number | null;
}

/** One system over all packages. */
export interface Row {
  readonly name: string;
  readonly version: string;
  readonly ours: boolean;
  /** In the order of packages and queries: the same for every system. */
  readonly scored: readonly Scored[];
  readonly summary: Summary;
  readonly p50: number;
  readonly p95: number;
  readonly indexSeconds: number;
  readonly secondsPer1000Files: number;
  /** The most of any package; NaN where nothing was measured. */
  readonly peakMiB: number;
  readonly failed: number;
}

export function rowOf(
  { name, version, ours }: Pick<Row, "name" | "version" | "ours">,
  outcomes: readonly Outcome[],
  sets: readonly QuerySet[],
): Row {
  const scored = outcomes.flatMap((outcome) => scoredOf(outcome, sets));
  const times = scored.flatMap(({ ms }) => ms ?? []);
  const indexSeconds = outcomes.reduce((sum, outcome) => sum + outcome.indexSeconds, 0);
  const files = outcomes.reduce((sum, outcome) => sum + outcome.files, 0);
  const peaks = outcomes.flatMap(({ peakMiB }) => peakMiB ?? []);
  return {
    name,
    version,
    ours,
    scored,
    summary: summarize(scored),
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    indexSeconds,
    secondsPer1000Files: (indexSeconds / files) * 1_000,
    peakMiB: peaks.length === 0 ? Number.NaN : Math.max(...peaks),
    failed: scored.length - times.length,
  };
}

function scoredOf(outcome: Outcome, sets: readonly QuerySet[]): Scored[] {
  const set = sets.find(({ id }) => id === outcome.set);
  if (set === undefined) throw new Error(`no queries are known for ${outcome.set}`);
  return set.queries.map((asked, index) => {
    const answer = outcome.asked[index];
    if (answer?.query !== asked.query) throw new Error(`${outcome.set} was asked other queries`);
    return { ...score(asked, answer.hits), kind: asked.kind, language: set.language, ms: answer.ms };
  });
}

/** Summaries of a row's queries by kind or language, in the order in which they first come. */
export function groupsOf({ scored }: Row, by: "kind" | "language"): Map<string, Summary> {
  const names = [...new Set(scored.map((one) => one[by]))];
  return new Map(names.map((name) => [name, summarize(scored.filter((one) => one[by] === name))]));
}
