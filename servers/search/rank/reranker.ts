import { FEATURES, type Feature, type Features } from "./features.ts";

/**
 * How much each feature counts. Fitted by `scripts/bench/search/fit.mjs` on the `dev` queries of the benchmark, and rounded; those
 * queries have no vendored files and few examples, whose weights are those of roles like them.
 */
const WEIGHTS: Readonly<Record<Feature, number>> = {
  fused: 4.5,
  denseUnit: 1.8,
  inUnit: 1.2,
  inLeaf: 3.2,
  holdsFunction: 1.1,
  functionShare: 3.5,
  fileOther: 2.5,
  test: -3.2,
  example: -3.2,
  docs: -2.1,
  config: -1.5,
  generated: -2.4,
  vendored: -2.4,
  tools: -1,
};

/** Only the order of two candidates of one query says anything. */
export function rate(features: Features, weights: Readonly<Record<Feature, number>> = WEIGHTS): number {
  let score = 0;
  for (const feature of FEATURES) score += weights[feature] * features[feature];
  return score;
}
