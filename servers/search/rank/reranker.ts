import { FEATURES, type Feature, type Features } from "./features.ts";

/**
 * How much each feature counts. Fitted by `scripts/bench/search/fit.mjs` on the `dev` queries of the benchmark, and rounded; those
 * queries have no vendored files and few examples, whose weights are those of roles like them.
 */
const WEIGHTS: Readonly<Record<Feature, number>> = {
  fused: 4.5,
  denseUnit: 3,
  inUnit: 1.9,
  inLeaf: 2.5,
  holdsFunction: 1.2,
  functionShare: 3.6,
  fileOthers: 2.5,
  test: -3,
  example: -3,
  docs: -1.5,
  config: -1.5,
  generated: -2,
  vendored: -2,
  tools: -0.7,
};

/** Only the order of two candidates of one query says anything. */
export function rate(features: Features, weights: Readonly<Record<Feature, number>> = WEIGHTS): number {
  let score = 0;
  for (const feature of FEATURES) score += weights[feature] * features[feature];
  return score;
}
