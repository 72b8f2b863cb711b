import { Contrast } from "./contrast.ts";
import { batchesOf } from "./batches.ts";
import type { Corpus, TrainingPair } from "./corpus.ts";
import { SideFiller } from "./fill-sides.ts";
import { Kernels } from "./kernels.ts";
import { Random } from "./random.ts";
import type { Settings } from "./settings.ts";
import { Side } from "./side.ts";
import { sideState, TrainedTable } from "./table.ts";

/** What was learned, before it is made small. */
export interface Learned {
  readonly words: readonly string[];
  readonly dimensions: number;
  /** One row a word. */
  readonly rows: Float32Array;
  /** A word's weight in a query is this times its rarity in the index that is asked. */
  readonly queryWeights: Float32Array;
  readonly codeWeights: Float32Array;
}

/** Learns a table. The same corpus and settings give the same table. */
export function train(corpus: Corpus, settings: Settings, report: (line: string) => void): Learned {
  const random = new Random(settings.seed);
  const words = corpus.vocabulary.words.length;
  const { batch, dimensions, epochs } = settings;
  const kernels = new Kernels(2 * words * dimensions + 5 * batch * dimensions + 2 * batch * batch + 64);
  const table = new TrainedTable(kernels, words, dimensions, random);
  const filler = new SideFiller(corpus, settings, random);
  const query = sideState(kernels, settings, new Side(batch), words);
  const own = sideState(kernels, { batch, dimensions }, new Side(batch), words);
  const { weights, weightGradients, weightSquares } = query;
  const code = settings.ownWeights ? own : { ...own, weights, weightGradients, weightSquares };
  const weighted = settings.ownWeights ? new Set([query, code]) : new Set([query]);
  const contrast = new Contrast(kernels, batch, dimensions, settings.sharpness);
  const groups = new Int32Array(batch);
  const total = Math.max(1, Math.floor(corpus.pairs.length / batch) * epochs);
  let done = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let loss = 0;
    const batches = batchesOf(corpus.pairs, settings, random);
    const began = Date.now();
    for (const pairs of batches) {
      filler.fill(pairs, query.side, code.side);
      table.encode(query);
      table.encode(code);
      groupsOf(corpus, pairs, groups);
      loss += contrast.compare(query, code, groups);
      table.collect(query);
      table.collect(code);
      const left = Math.max(settings.lastRate, 1 - (1 - settings.lastRate) * (done++ / total));
      table.step(settings.rate * left, settings.weightRate * left, weighted);
    }
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    report(`epoch ${epoch} of ${epochs}: loss ${(loss / batches.length).toFixed(4)}, ${seconds} s`);
  }
  const rare = settings.codeRarity === "global" ? corpus.rarity : undefined;
  return {
    words: corpus.vocabulary.words,
    dimensions,
    rows: table.rows.values.slice(),
    queryWeights: query.weights.map(Math.exp),
    codeWeights: code.weights.map((weight, row) => Math.exp(weight) * (rare?.[row] ?? 1)),
  };
}

/** A number for each pair that only pairs with the same code share. */
function groupsOf({ stream }: Corpus, pairs: readonly TrainingPair[], groups: Int32Array): void {
  for (const [index, { from, at }] of pairs.entries()) {
    groups[index] = Math.imul(from + 1, 0x9e3779b1) ^ (stream[at + 1] ?? 0);
  }
}
