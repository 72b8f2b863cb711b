import { TERM_WEIGHTS } from "../../../shared/model/term-weights.ts";
import { countIn, readPair, wordIn } from "../pairs/pair-stream.ts";
import type { PairCorpus, TrainingPair } from "./corpus.ts";
import type { Random } from "./random.ts";
import type { Settings } from "./settings.ts";
import type { Side } from "./side.ts";

type Span = readonly [number, number];

const NOTHING: Span = [0, 0];
/** Indices in `PIECES`. */
const [TEXT, BODY, DOC, SYMBOL, PATH] = [0, 1, 2, 3, 4] as const;

/** Turns pairs into the words of both sides, as inference will count them. */
export class SideFiller {
  readonly #corpus: PairCorpus;
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #counts: Float32Array;

  constructor(corpus: PairCorpus, settings: Settings, random: Random) {
    this.#corpus = corpus;
    this.#settings = settings;
    this.#random = random;
    this.#counts = new Float32Array(corpus.words);
  }

  fill(pairs: readonly TrainingPair[], query: Side, code: Side): void {
    query.clear();
    code.clear();
    for (const pair of pairs) {
      this.#query(pair, query);
      this.#code(pair, code);
    }
  }

  #query({ from, at }: TrainingPair, side: Side): void {
    const { stream, rarities } = this.#corpus;
    const [start, end] = readPair(stream, at).pieces[0] ?? [0, 0];
    for (let index = start; index < end; index++) {
      const entry = stream[index] ?? 0;
      const row = wordIn(entry);
      side.add(row, Math.sqrt(countIn(entry)) * (rarities[from]?.[row] ?? 1));
    }
    side.endPair();
  }

  #code(pair: TrainingPair, side: Side): void {
    const { stream, rarity, rarities } = this.#corpus;
    const { codeRarity, dropShared, dropDoc, dropSymbol } = this.#settings;
    const { pieces } = readPair(stream, pair.at);
    const rare = codeRarity === "global" ? rarity : rarities[pair.from];
    const touched: number[] = [];
    this.#count(pieces[BODY], TERM_WEIGHTS.body, touched);
    if (this.#random.next() >= dropDoc) this.#count(pieces[DOC], TERM_WEIGHTS.doc, touched);
    if (this.#random.next() >= dropSymbol) this.#count(pieces[SYMBOL], TERM_WEIGHTS.symbol, touched);
    this.#count(pieces[PATH], TERM_WEIGHTS.path, touched);
    if (dropShared > 0) this.#forgetShared(pieces[TEXT]);
    for (const row of touched) {
      const count = this.#counts[row] ?? 0;
      if (count > 0) side.add(row, Math.sqrt(count) * (rare?.[row] ?? 1));
      this.#counts[row] = 0;
    }
    side.endPair();
  }

  #count([start, end]: Span = NOTHING, weight: number, touched: number[]): void {
    for (let index = start; index < end; index++) {
      const entry = this.#corpus.stream[index] ?? 0;
      const row = wordIn(entry);
      if (this.#counts[row] === 0) touched.push(row);
      this.#counts[row] = (this.#counts[row] ?? 0) + countIn(entry) * weight;
    }
  }

  /** What both sides say, a search by words finds: without it the table has to know what other words mean the same. */
  #forgetShared([start, end]: Span = NOTHING): void {
    for (let index = start; index < end; index++) {
      if (this.#random.next() < this.#settings.dropShared)
        this.#counts[wordIn(this.#corpus.stream[index] ?? 0)] = 0;
    }
  }
}
