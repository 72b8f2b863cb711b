import { FEATURES, type Feature, type Features } from "./features.ts";

/**
 * How much each feature counts. Fitted by `scripts/bench/search/fit.mjs` on the `dev` queries of the benchmark; not to be
 */
const WEIGHTS: Readonly<Record<Feature, number>> = {
  fused: 4,
  lexicalUnit: 0,
  lexicalLeaf: 0,
  denseUnit: 0,
  denseLeaf: 0,
  lexicalRank: 0.5,
  denseRank: 0.5,
  model: 0,
  inPath: 0.8,
  inSymbols: 0,
  inUnit: 0,
  inLeaf: 0,
  holdsFunction: 0.6,
  length: 0,
  leaves: 0,
  central: 0.3,
  fileOther: 0,
  fileShare: 0,
  test: -1.5,
  example: -1,
  docs: -1.2,
  config: -1.2,
  generated: -1,
  vendored: -1,
  tools: -1,
};

/** Only the order of two candidates of one query says anything. */
export function rate(features: Features, weights: Readonly<Record<Feature, number>> = WEIGHTS): number {
  let score = 0;
  for (const feature of FEATURES) score += weights[feature] * features[feature];
  return score;
}
