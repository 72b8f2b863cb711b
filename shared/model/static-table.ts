import { wordHash } from "../words/word-hash.ts";
import { createRowSums, type RowSums } from "./row-sums.ts";
import { TERM_WEIGHTS } from "./term-weights.ts";
import type { TableData } from "./table-file.ts";

/** Counted words of a piece of code: parallel arrays of the words' hashes, where each stands and how often. */
export interface CountedWords {
  readonly hashes: Uint32Array;
  /** 0: anywhere in it, 1: what it is called, 2: its signature, 3: its doc comment. The last three are in the first as well. */
  readonly fields: Uint8Array;
  readonly counts: Uint8Array;
}

/** By field. What is in a doc comment was counted whole as part of the body. */
const FIELD_WEIGHTS = [TERM_WEIGHTS.body, TERM_WEIGHTS.symbol, 0, TERM_WEIGHTS.doc - TERM_WEIGHTS.body];
const NONE = -1;
const LEAST = 1e-30;

/**
 * Vectors by adding up what is known of each word. A piece of code's vector depends on its words alone; a query's also on
 * how rare each of its words is where it is asked.
 */
export class StaticTable {
  /** Vectors of tables with different ids cannot be compared. */
  readonly id: string;
  readonly dimensions: number;
  /** What another thread makes its own of. */
  readonly data: TableData;
  readonly #rows: RowFinder;
  readonly #counts: Float32Array;
  readonly #sums: RowSums;

  /** `place`: 0, or 1 for the second of two threads that share the data. */
  constructor(data: TableData, checksum: string, place: 0 | 1 = 0) {
    this.id = `words-${checksum.slice(0, 16)}`;
    this.dimensions = data.dimensions;
    this.data = data;
    this.#rows = new RowFinder(data.words);
    this.#counts = new Float32Array(data.words.length);
    this.#sums = createRowSums(data, place);
  }

  /** Of one leaf, or of a unit of several. `path` are hashes of the path's words. All zero when no word is known. */
  codeVector(pieces: readonly CountedWords[], path: readonly number[]): Int8Array {
    const touched: number[] = [];
    for (const piece of pieces) this.#countAll(piece, touched);
    for (const hash of path) this.#count(hash, TERM_WEIGHTS.path, touched);
    for (const row of touched) {
      const count = Math.max(0, this.#counts[row] ?? 0);
      this.#counts[row] = 0;
      this.#sums.add(row, Math.sqrt(count) * (this.data.codeWeights[row] ?? 0));
    }
    return this.#sums.take() ?? new Int8Array(this.dimensions);
  }

  /** `rarityOf` is `rarity` of the word in the index that is asked. Undefined when no word is known. */
  queryVector(words: readonly string[], rarityOf: (word: string) => number): Int8Array | undefined {
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const [word, count] of counts) {
      const row = this.#rows.find(wordHash(word));
      if (row === NONE) continue;
      this.#sums.add(row, Math.sqrt(count) * rarityOf(word) * (this.data.queryWeights[row] ?? 0));
    }
    return this.#sums.take();
  }

  #countAll({ hashes, fields, counts }: CountedWords, touched: number[]): void {
    for (let index = 0; index < hashes.length; index++) {
      const weight = FIELD_WEIGHTS[fields[index] ?? 0] ?? 0;
      if (weight !== 0) this.#count(hashes[index] ?? 0, weight * (counts[index] ?? 0), touched);
    }
  }

  #count(hash: number, weight: number, touched: number[]): void {
    const row = this.#rows.find(hash);
    if (row === NONE) return;
    const count = this.#counts[row] ?? 0;
    if (count === 0) touched.push(row);
    // a row whose counts happen to cancel out must not be listed twice
    this.#counts[row] = count + weight || LEAST;
  }
}

/** Finds a word's row by its hash. */
class RowFinder {
  readonly #slots: Int32Array;
  readonly #hashes: Uint32Array;

  constructor(words: readonly string[]) {
    const size = 2 ** Math.ceil(Math.log2(words.length * 2 + 2));
    this.#slots = new Int32Array(size).fill(NONE);
    this.#hashes = Uint32Array.from(words, wordHash);
    // where two words share a hash the first has it
    for (const [row, hash] of this.#hashes.entries()) {
      if (this.find(hash) === NONE) this.#slots[this.#slotOf(hash)] = row;
    }
  }

  find(hash: number): number {
    return this.#slots[this.#slotOf(hash)] ?? NONE;
  }

  /** Where the hash is, or would be. */
  #slotOf(hash: number): number {
    const last = this.#slots.length - 1;
    let slot = hash & last;
    for (;;) {
      const row = this.#slots[slot] ?? NONE;
      if (row === NONE || this.#hashes[row] === hash) return slot;
      slot = (slot + 1) & last;
    }
  }
}
