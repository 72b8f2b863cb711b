import { FEATURES, type Feature, type Features } from "./features.ts";

/** How much each feature counts. Fitted by `scripts/bench/search/fit.mjs` on the `dev` queries of the benchmark. */
const WEIGHTS: Readonly<Record<Feature, number>> = {
  fused: 2,
  denseUnit: 2.6,
  lexicalLeaf: 0,
  inUnit: 2.5,
  inLeaf: 3.8,
  holdsFunction: 3.3,
  functionShare: 0,
  fileOther: 1.7,
  test: -6,
  example: -4,
  docs: -2.7,
  config: -2.2,
  generated: -3.2,
  vendored: -3,
  tools: -1.4,
};

/** Only the order of two candidates of one query says anything. */
export function rate(features: Features, weights: Readonly<Record<Feature, number>> = WEIGHTS): number {
  let score = 0;
  for (const feature of FEATURES) score += weights[feature] * features[feature];
  return score;
}
