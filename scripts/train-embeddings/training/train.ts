import { Worker } from "node:worker_threads";
import type { Corpus, PairCorpus } from "./corpus.ts";
import { Kernels, memoryFor } from "./kernels.ts";
import type { Memory } from "./kernels.ts";
import { Random } from "./random.ts";
import type { Settings } from "./settings.ts";
import { fillAtRandom, parametersIn } from "./table.ts";
import { memorySize, trainPart } from "./train-part.ts";
import type { Part } from "./train-part.ts";

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

/** What a thread is started with. */
export interface PartData {
  readonly part: Part;
  readonly settings: Settings;
  readonly corpus: Omit<PairCorpus, "pairs"> & { readonly from: Int32Array; readonly at: Int32Array };
}

type Report = (line: string) => void;

/** Learns a table. The same corpus and settings give the same table. */
export function train(corpus: Corpus, settings: Settings, report: Report): Learned {
  const memory = startingMemory(corpus, settings, 1);
  trainPart(corpus, settings, { memory, index: 0, of: 1 }, report);
  return learnedIn(memory, corpus, settings);
}

/** The same on several threads, each started with the program `file`: sooner, and never quite the same twice. */
export async function trainInThreads(
  corpus: Corpus,
  settings: Settings,
  { threads, file, report }: { readonly threads: number; readonly file: string; readonly report: Report },
): Promise<Learned> {
  const memory = startingMemory(corpus, settings, threads);
  const { words, stream, rarities, rarity, pairs } = corpus;
  const from = Int32Array.from(pairs, (pair) => pair.from);
  const at = Int32Array.from(pairs, (pair) => pair.at);
  const run = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const part = { memory, index, of: threads };
      const workerData: PartData = { part, settings, corpus: { words, stream, rarities, rarity, from, at } };
      const worker = new Worker(file, { workerData });
      worker.on("message", report);
      worker.on("error", reject);
      worker.on("exit", () => resolve());
    });
  await Promise.all(Array.from({ length: threads }, (_, index) => run(index)));
  return learnedIn(memory, corpus, settings);
}

/** What a thread of `trainInThreads` does. */
export function trainThread(
  { part, settings, corpus: { from, at, ...rest } }: PartData,
  report: Report,
): void {
  const pairs = Array.from(from, (origin, index) => ({ from: origin, at: at[index] ?? 0 }));
  trainPart({ ...rest, pairs }, settings, part, report);
}

function startingMemory(corpus: Corpus, settings: Settings, threads: number): Memory {
  const memory = memoryFor(memorySize(corpus, settings, threads));
  fillAtRandom(
    parametersIn(new Kernels(memory), corpus.words, settings.dimensions).rows,
    new Random(settings.seed),
  );
  return memory;
}

function learnedIn(memory: Memory, corpus: Corpus, settings: Settings): Learned {
  const { dimensions, ownWeights } = settings;
  const { rows, query, code } = parametersIn(new Kernels(memory), corpus.words, dimensions);
  const codeWeights = ownWeights ? code : query;
  const rare = settings.codeRarity === "global" ? corpus.rarity : undefined;
  return {
    words: corpus.vocabulary.words,
    dimensions,
    rows: Float32Array.from(rows.values),
    queryWeights: Float32Array.from(query.values, Math.exp),
    codeWeights: Float32Array.from(
      codeWeights.values,
      (weight, row) => Math.exp(weight) * (rare?.[row] ?? 1),
    ),
  };
}
