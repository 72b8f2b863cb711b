import type { Candidate } from "../store/shapes.ts";
import { denseScore } from "./dense-score.ts";
import type { LexicalScorer } from "./lexical-score.ts";
import { namedBy } from "./named-by.ts";
import { priorOf } from "./priors.ts";
import type { Query, QueryClass } from "./read-query.ts";
import type { Scored } from "./scored.ts";
import { spread } from "./spread.ts";

/** Each list's scores are spread over so many of its best. */
const DEPTH = 200;
/** How much meaning counts beside words, by the class of the query. */
const DENSE_WEIGHT: Readonly<Record<QueryClass, number>> = { symbol: 0, mixed: 0.3, language: 0.5 };
/** How much a model counts beside the two, when there is one. */
const MODEL_WEIGHT: Readonly<Record<QueryClass, number>> = { symbol: 0, mixed: 0.25, language: 0.4 };

/** What candidates are scored by. */
export interface Measures {
  readonly query: Query;
  readonly scorer: LexicalScorer;
  /** The query in the table's space; left out without a table. */
  readonly vector?: Int8Array | undefined;
  /** Cosines of units in a model's space; left out without a model. */
  readonly model?: ReadonlyMap<number, number> | undefined;
}

/** Scores all candidates by all measures and weighs those against one another. In the order given. */
export function fuse(candidates: readonly Candidate[], measures: Measures): Scored[] {
  const { query, scorer, vector, model } = measures;
  const lexical = candidates.map((candidate) => scorer.score(candidate));
  const dense = candidates.map((candidate) =>
    vector === undefined ? undefined : denseScore(candidate, vector),
  );
  const shares = {
    lexical: spread(
      lexical.map(({ score }) => score),
      DEPTH,
    ),
    lexicalUnit: spread(
      lexical.map(({ unit }) => unit),
      DEPTH,
    ),
    lexicalLeaf: spread(
      lexical.map(({ leaf }) => leaf),
      DEPTH,
    ),
    dense: spread(
      dense.map((one) => one?.score ?? -1),
      DEPTH,
    ),
    denseUnit: spread(
      dense.map((one) => one?.unit ?? -1),
      DEPTH,
    ),
    denseLeaf: spread(
      dense.map((one) => one?.leaf ?? -1),
      DEPTH,
    ),
    model: spread(
      candidates.map(({ unit }) => model?.get(unit) ?? -1),
      DEPTH,
    ),
  };
  const byDense = dense.some((one) => one !== undefined) ? DENSE_WEIGHT[query.class] : 0;
  const byModel = model === undefined ? 0 : MODEL_WEIGHT[query.class];
  return candidates.map((candidate, index) => {
    const lexicalShare = shares.lexical[index] ?? 0;
    const denseShare = shares.dense[index] ?? 0;
    const modelShare = shares.model[index] ?? 0;
    const mixed = (1 - byDense) * lexicalShare + byDense * denseShare;
    return {
      candidate,
      lexical: lexical[index] ?? scorer.score(candidate),
      dense: dense[index],
      lexicalShare,
      denseShare,
      modelShare,
      parts: {
        lexicalUnit: shares.lexicalUnit[index] ?? 0,
        lexicalLeaf: shares.lexicalLeaf[index] ?? 0,
        denseUnit: shares.denseUnit[index] ?? 0,
        denseLeaf: shares.denseLeaf[index] ?? 0,
      },
      fused: (1 - byModel) * mixed + byModel * modelShare,
      prior: priorOf(candidate.role, query.roles),
      named: namedBy(candidate, query.identifiers),
    };
  });
}
