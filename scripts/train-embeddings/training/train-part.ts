import { batchesOf } from "./batches.ts";
import { Contrast } from "./contrast.ts";
import type { PairCorpus, TrainingPair } from "./corpus.ts";
import { SideFiller } from "./fill-sides.ts";
import { Kernels } from "./kernels.ts";
import type { Memory } from "./kernels.ts";
import { Random } from "./random.ts";
import type { Settings } from "./settings.ts";
import { parametersIn, parametersSize, sideState, TableTrainer } from "./table.ts";

export interface Part {
  readonly memory: Memory;
  /** Which of how many threads. */
  readonly index: number;
  readonly of: number;
}

/** How many numbers the memory needs for this many threads. */
export function memorySize(
  { words }: Pick<PairCorpus, "words">,
  settings: Settings,
  threads: number,
): number {
  return parametersSize(words, settings.dimensions) + threads * partSize(words, settings);
}

function partSize(words: number, { batch, dimensions }: Settings): number {
  return words * dimensions + 5 * batch * dimensions + 2 * batch * batch;
}

/** Trains on each `of`-th batch of each epoch. */
export function trainPart(
  corpus: PairCorpus,
  settings: Settings,
  { memory, index, of }: Part,
  report: (line: string) => void,
): void {
  const { batch, dimensions, epochs, seed } = settings;
  const kernels = new Kernels(memory);
  const parameters = parametersIn(kernels, corpus.words, dimensions);
  kernels.skip(index * partSize(corpus.words, settings));
  const table = new TableTrainer(kernels, parameters);
  const filler = new SideFiller(corpus, settings, new Random(seed + 1_000 + index));
  const queryWeights = { weights: parameters.query, weightGradients: new Float32Array(corpus.words) };
  const codeWeights = settings.ownWeights
    ? { weights: parameters.code, weightGradients: new Float32Array(corpus.words) }
    : queryWeights;
  const [query, code] = [
    sideState(kernels, settings, queryWeights),
    sideState(kernels, settings, codeWeights),
  ];
  const contrast = new Contrast(kernels, batch, dimensions, settings.sharpness);
  const groups = new Int32Array(batch);
  for (let epoch = 0; epoch < epochs; epoch++) {
    // all threads shuffle alike
    const batches = batchesOf(corpus.pairs, settings, new Random(seed + epoch));
    const began = Date.now();
    let [loss, done] = [0, 0];
    for (let at = index; at < batches.length; at += of) {
      const pairs = batches[at] ?? [];
      filler.fill(pairs, query.side, code.side);
      table.encode(query);
      table.encode(code);
      groupsOf(corpus, pairs, groups);
      loss += contrast.compare(query, code, groups);
      table.collect(query);
      table.collect(code);
      const left = 1 - (1 - settings.lastRate) * ((epoch + at / batches.length) / epochs);
      table.step(settings.rate * left, settings.weightRate * left, new Set([queryWeights, codeWeights]));
      done++;
    }
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    report(
      `thread ${index + 1}, epoch ${epoch + 1} of ${epochs}: loss ${(loss / done).toFixed(4)}, ${seconds} s`,
    );
  }
}

/** A number for each pair that only pairs with the same code share. */
function groupsOf({ stream }: PairCorpus, pairs: readonly TrainingPair[], groups: Int32Array): void {
  for (const [index, { from, at }] of pairs.entries()) {
    groups[index] = Math.imul(from + 1, 0x9e3779b1) ^ (stream[at + 1] ?? 0);
  }
}
