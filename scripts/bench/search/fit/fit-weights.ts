import { FEATURES, type Feature, type Features } from "../../../../servers/search/rank/features.ts";
import type { Scored } from "../../../../servers/search/rank/scored.ts";
import type { Asked } from "../queries.ts";
import { shows } from "../score.ts";
import { fitSoftmax, type Listed } from "./softmax.ts";

/** A query's candidates for the last ranking, and their features in the same order. */
export interface Judged {
  readonly asked: Asked;
  readonly best: readonly Pick<Scored, "candidate">[];
  readonly features: readonly Features[];
}

export type Weights = Record<Feature, number>;

/** How much it counts that the right file comes first, beside the right function. */
const FILE_WEIGHT = 0.3;

/** Weights under which the units that show a target come first. */
export function fitWeights(cases: readonly Judged[], l2: number): Weights {
  return asWeights(fitSoftmax(cases.flatMap(listsOf), { l2 }));
}

function listsOf(one: Judged): Listed[] {
  const rows = one.features.map((features) => FEATURES.map((feature) => features[feature]));
  const right = one.best.map(({ candidate }) =>
    one.asked.targets.some((target) => shows(candidate, target)) ? 1 : 0,
  );
  const files = new Set(one.asked.targets.map(({ path }) => path));
  const inFile = one.best.map(({ candidate }) => (files.has(candidate.path) ? 1 : 0));
  return [
    { rows, wanted: right, weight: 1 },
    { rows, wanted: inFile, weight: FILE_WEIGHT },
  ];
}

function asWeights(numbers: readonly number[]): Weights {
  const weights = zero();
  for (const [index, feature] of FEATURES.entries()) weights[feature] = numbers[index] ?? 0;
  return weights;
}

function zero(): Weights {
  return {
    fused: 0,
    denseUnit: 0,
    words: 0,
    fileName: 0,
    functionShare: 0,
    fileOthers: 0,
    test: 0,
    example: 0,
    docs: 0,
    config: 0,
    generated: 0,
    vendored: 0,
    tools: 0,
  };
}
