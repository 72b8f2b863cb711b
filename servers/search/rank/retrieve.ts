import type { IndexReader, Within } from "../store/shapes.ts";
import { featuresOf } from "./features.ts";
import { findCandidates } from "./find-candidates.ts";
import { fuse } from "./fuse.ts";
import { LexicalScorer } from "./lexical-score.ts";
import { NameMatch } from "./name-match.ts";
import { order, type Ranked } from "./order.ts";
import type { Query, QueryClass } from "./read-query.ts";
import { rate } from "./reranker.ts";
import type { Scored } from "./scored.ts";
import { statisticsOf, type Statistics } from "./statistics.ts";

/** Units that the last ranking looks at: nobody reads further. */
const RERANKED = 200;

/** An index to look in. */
export interface Place {
  readonly reader: IndexReader;
  readonly within?: Within | undefined;
  /** Cosines of its units in a model's space; left out without a model. */
  readonly model?: ReadonlyMap<number, number> | undefined;
}

/** What is looked for. */
export interface Asked {
  readonly query: Query;
  /** The query in the table's space, made with what its words weigh; left out without a table. */
  readonly vectorOf?: ((statistics: Statistics) => Int8Array | undefined) | undefined;
}

export interface Retrieved {
  /** Best first, at most 200. */
  readonly ranked: readonly Ranked[];
  /** Asked words that no unit holds. */
  readonly unknown: readonly string[];
  /** True when even the best ones hold little of what was asked. */
  readonly weak: boolean;
}

/** How much it counts that a unit defines what the query names: more than anything else when it does nothing but name it. */
const NAMED_BOOST: Readonly<Record<QueryClass, number>> = { symbol: 15, mixed: 5, language: 0 };
/** Less than this of what was asked, in every one of the first ten, is little. */
const WEAK = 0.34;

/** Finds and ranks units of all places that answer a query. */
export function retrieve(places: readonly Place[], asked: Asked): Retrieved {
  const { scored, unknown } = gather(places, asked);
  const boost = NAMED_BOOST[asked.query.class];
  const best = scored
    .map((one) => ({ one, score: one.fused * one.prior + one.named * boost }))
    .sort((one, other) => other.score - one.score)
    .slice(0, RERANKED)
    .map(({ one }) => one);
  const scores = featuresOf(best, asked.query).map((features) => rate(features));
  const ranked = order(
    best.map((one, index) => ({ scored: one, score: (scores[index] ?? 0) + one.named * boost })),
  );
  const weak = ranked
    .slice(0, 10)
    .every(({ scored: { lexical, named } }) => lexical.inUnit < WEAK && named === 0);
  return { ranked, unknown, weak };
}

/** All candidates of every list, scored by all measures. For the fitting program too. */
export function gather(
  places: readonly Place[],
  { query, vectorOf }: Asked,
): { readonly scored: readonly Scored[]; readonly unknown: readonly string[] } {
  const statistics = statisticsOf(
    places.map(({ reader }) => reader),
    query.words.map(({ word }) => word),
  );
  const isHeld = (index: number): boolean => (statistics.frequencies[index] ?? 0) > 0;
  const words = query.words.filter((_, index) => isHeld(index));
  const vector = vectorOf?.(statistics);
  const pools = places.map((place) => ({
    candidates: findCandidates(place, query, { words, vector }),
    model: place.model,
  }));
  const scorer = new LexicalScorer(query.words, statistics);
  const names = new NameMatch(query, statistics);
  return {
    scored: fuse(pools, { query, scorer, names, vector }),
    unknown: query.words.filter(({ asked }, index) => asked && !isHeld(index)).map(({ word }) => word),
  };
}
