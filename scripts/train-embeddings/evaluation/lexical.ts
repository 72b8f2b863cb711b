/** Settings that suit code: long pieces are punished a little less than the usual values do. */
const SATURATION = 1.6;
const LENGTH = 0.7;

/** A piece of code by its words: number of word and how often. */
export type Bag = ReadonlyMap<number, number>;

/** BM25 over a few thousand pieces of code, to compare with. */
export class Lexical {
  readonly #postings = new Map<number, [number, number][]>();
  readonly #lengths: readonly number[];
  readonly #mean: number;

  constructor(pieces: readonly Bag[]) {
    this.#lengths = pieces.map((bag) => [...bag.values()].reduce((sum, count) => sum + count, 0));
    this.#mean = this.#lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, pieces.length);
    for (const [piece, bag] of pieces.entries()) {
      for (const [word, count] of bag) {
        const known = this.#postings.get(word);
        if (known === undefined) this.#postings.set(word, [[piece, count]]);
        else known.push([piece, count]);
      }
    }
  }

  rarity(word: number): number {
    const found = this.#postings.get(word)?.length ?? 0;
    return Math.log(1 + (this.#lengths.length - found + 0.5) / (found + 0.5));
  }

  /** One score a piece. */
  scores(query: Iterable<number>): Float32Array {
    const scores = new Float32Array(this.#lengths.length);
    for (const word of query) {
      const rarity = this.rarity(word);
      for (const [piece, count] of this.#postings.get(word) ?? []) {
        const norm = 1 - LENGTH + (LENGTH * (this.#lengths[piece] ?? 0)) / this.#mean;
        const part = (count * (SATURATION + 1)) / (count + SATURATION * norm);
        scores[piece] = (scores[piece] ?? 0) + rarity * part;
      }
    }
    return scores;
  }
}
