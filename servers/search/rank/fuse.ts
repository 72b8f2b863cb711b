import type { Candidate } from "../store/shapes.ts";
import { denseScore } from "./dense-score.ts";
import type { LexicalScorer } from "./lexical-score.ts";
import type { NameMatch } from "./name-match.ts";
import { namedBy } from "./named-by.ts";
import { priorOf } from "./priors.ts";
import type { Query, QueryClass } from "./read-query.ts";
import type { Scored } from "./scored.ts";
import { spread } from "./spread.ts";

/** Each list's scores are spread over so many of its best. */
const DEPTH = 200;
/** How much meaning counts beside words, by the class of the query. */
const DENSE_WEIGHT: Readonly<Record<QueryClass, number>> = { symbol: 0, mixed: 0.3, language: 0.5 };
/** How much a model counts beside the two, when there is one: 0.4 to 0.7 are as good with a small sentence model. */
const MODEL_WEIGHT: Readonly<Record<QueryClass, number>> = { symbol: 0, mixed: 0.25, language: 0.6 };

/** What candidates are scored by. */
export interface Measures {
  readonly query: Query;
  readonly scorer: LexicalScorer;
  readonly names: NameMatch;
  /** The query in the table's space; left out without a table. */
  readonly vector?: Int8Array | undefined;
}

/** What one index brought. */
export interface Pool {
  readonly candidates: readonly Candidate[];
  /** Cosines of units in a model's space; left out without a model. */
  readonly model?: ReadonlyMap<number, number> | undefined;
}

/** Scores the candidates of all pools by all measures and weighs those against one another. In the order given. */
export function fuse(pools: readonly Pool[], { query, scorer, names, vector }: Measures): Scored[] {
  const candidates = pools.flatMap((pool) => pool.candidates);
  const places = pools.flatMap((pool, place) => pool.candidates.map(() => place));
  const lexical = candidates.map((candidate) => scorer.score(candidate));
  const dense = candidates.map((candidate) =>
    vector === undefined ? undefined : denseScore(candidate, vector),
  );
  const byWords = shares(lexical, ({ score }) => score);
  const byMeaning = shares(dense, (one) => one?.score ?? 0);
  const byUnit = shares(dense, (one) => one?.unit ?? 0);
  const byModel = spread(
    pools.flatMap((pool) => pool.candidates.map(({ unit }) => pool.model?.get(unit) ?? 0)),
    DEPTH,
  );
  const denseWeight = dense.some((one) => one !== undefined) ? DENSE_WEIGHT[query.class] : 0;
  const modelWeight = pools.some(({ model }) => model !== undefined) ? MODEL_WEIGHT[query.class] : 0;
  const weighed = (own = 0, model = 0): number => (1 - modelWeight) * own + modelWeight * model;
  return candidates.flatMap((candidate, index) => {
    const words = lexical[index];
    if (words === undefined) return [];
    const own = (1 - denseWeight) * (byWords[index] ?? 0) + denseWeight * (byMeaning[index] ?? 0);
    return [
      {
        candidate,
        place: places[index] ?? 0,
        lexical: words,
        dense: dense[index],
        denseUnit: weighed(byUnit[index], byModel[index]),
        fused: weighed(own, byModel[index]),
        fileName: names.of(candidate.path),
        prior: priorOf(candidate.role, query.roles),
        named: namedBy(candidate, query.identifiers),
      },
    ];
  });
}

function shares<T>(list: readonly T[], scoreOf: (one: T) => number): number[] {
  return spread(list.map(scoreOf), DEPTH);
}
