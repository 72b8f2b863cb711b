import { FEATURES, type Feature, type Features } from "./features.ts";

/**
 * How much each feature counts. Fitted by `scripts/bench/search/fit.mjs` on the `dev` queries of the benchmark, which want
 * functions, together with public annotations of repositories, which want files; and rounded. Both have few generated and
 * vendored files and examples: their weights are those of tests.
 */
const WEIGHTS: Readonly<Record<Feature, number>> = {
  fused: 2,
  denseUnit: 4,
  words: 3.1,
  fileName: 5.4,
  functionShare: 1.7,
  fileOthers: 1.7,
  test: -4,
  example: -4,
  docs: -3.5,
  config: -2.5,
  generated: -4,
  vendored: -4,
  tools: -2.5,
};

/** Only the order of two candidates of one query says anything. */
export function rate(features: Features, weights: Readonly<Record<Feature, number>> = WEIGHTS): number {
  let score = 0;
  for (const feature of FEATURES) score += weights[feature] * features[feature];
  return score;
}
