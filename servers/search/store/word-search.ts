import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { bestPlaces } from "./best-places.ts";
import { wordKey, type Lists } from "./lists.ts";
import type { PostingList } from "./posting-list.ts";
import type { WeightedWord } from "./shapes.ts";
import type { MaskedList } from "./within.ts";

/** As the exact ranking has them: how fast more of a word stops to matter, and how much a long unit counts less. */
const K1 = 1.6;
const B = 0.7;

/** Finds units by their words: BM25 over all lists, in memory. */
export class WordSearch {
  readonly #lists: Lists;
  #scores = new Float32Array(0);

  constructor(lists: Lists) {
    this.#lists = lists;
  }

  /** In how many units each word is; words of a file's path are in all of its units. */
  frequencies(db: Sqlite, words: readonly string[]): number[] {
    return this.#lists.of(db, words.map(wordKey)).map(({ units }) => units.length);
  }

  /** Best first, a list for each that is wanted. */
  best(db: Sqlite, words: readonly WeightedWord[], wanted: readonly MaskedList[]): number[][] {
    const keys = words.map(({ word }) => wordKey(word));
    const lists = this.#lists.of(db, keys);
    const { lengths, files } = this.#lists.units;
    if (this.#scores.length < lengths.length) this.#scores = new Float32Array(lengths.length);
    this.#scores.fill(0);
    for (const [index, list] of lists.entries())
      this.#score(list, (words[index]?.weight ?? 0) * this.#rarityOf(list.units.length));
    return wanted.map(({ limit, isIn }) => {
      const fits = (unit: number): boolean => isIn === undefined || isIn[files[unit] ?? 0] === 1;
      return bestPlaces(this.#scores, { limit, floor: 0, fits });
    });
  }

  #rarityOf(frequency: number): number {
    const { alive } = this.#lists.units;
    return Math.log(1 + (alive - frequency + 0.5) / (frequency + 0.5));
  }

  #score({ units, counts }: PostingList, weight: number): void {
    const { lengths, meanLength } = this.#lists.units;
    const scores = this.#scores;
    const flat = K1 * (1 - B);
    const steep = (K1 * B) / meanLength;
    for (let place = 0; place < units.length; place++) {
      const unit = units[place] ?? 0;
      // lengths are one too large, counts are halves
      const count = (counts[place] ?? 0) / 2;
      const gain = (weight * count * (K1 + 1)) / (count + flat + steep * ((lengths[unit] ?? 1) - 1));
      scores[unit] = (scores[unit] ?? 0) + gain;
    }
  }
}
