import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { wordHash } from "../../../shared/words/word-hash.ts";
import { bestPlaces } from "./best-places.ts";
import { readList, type PostingList } from "./posting-list.ts";
import type { WeightedWord } from "./shapes.ts";
import { UnitMap } from "./unit-map.ts";

/** As the exact ranking has them: how fast more of a word stops to matter, and how much a long unit counts less. */
const K1 = 1.6;
const B = 0.7;
/** Lists of words that are asked again and again, such as those of every sentence, are kept until so many entries. */
const KEPT = 2_000_000;

const NOWHERE: PostingList = { units: new Uint32Array(0), counts: new Uint8Array(0) };

interface StoredList {
  readonly word: number;
  readonly first_unit: number;
  readonly list: Uint8Array;
}

/** Finds units by their words: BM25 over all lists, in memory. */
export class WordSearch {
  readonly #units = new UnitMap();
  readonly #lists = new Map<number, PostingList>();
  #kept = 0;
  #scores = new Float32Array(0);

  /** Something was written. */
  expire(): void {
    this.#units.expire();
    this.#lists.clear();
    this.#kept = 0;
  }

  /** In how many units each word is; words of a file's path are in all of its units. */
  frequencies(db: Sqlite, words: readonly string[]): number[] {
    const hashes = words.map(wordHash);
    this.#load(db, hashes);
    return hashes.map((hash) => this.#lists.get(hash)?.units.length ?? 0);
  }

  /** Best first, in files that `isIn`. */
  best(
    db: Sqlite,
    words: readonly WeightedWord[],
    { limit, isIn }: { readonly limit: number; readonly isIn: ReadonlySet<number> | undefined },
  ): number[] {
    const hashes = words.map(({ word }) => wordHash(word));
    this.#load(db, hashes);
    const { lengths } = this.#units;
    if (this.#scores.length < lengths.length) this.#scores = new Float32Array(lengths.length);
    const scores = this.#scores.fill(0);
    for (const [index, { weight }] of words.entries()) {
      const list = this.#lists.get(hashes[index] ?? 0) ?? NOWHERE;
      this.#score(list, weight * this.#rarityOf(list.units.length));
    }
    const { files } = this.#units;
    const fits = (unit: number): boolean => isIn?.has(files[unit] ?? 0) !== false;
    return bestPlaces(scores, { limit, floor: 0, fits });
  }

  #rarityOf(frequency: number): number {
    const { alive } = this.#units;
    return Math.log(1 + (alive - frequency + 0.5) / (frequency + 0.5));
  }

  #score({ units, counts }: PostingList, weight: number): void {
    const { lengths, meanLength } = this.#units;
    const scores = this.#scores;
    for (let place = 0; place < units.length; place++) {
      const unit = units[place] ?? 0;
      // lengths are one too large, counts are halves
      const long = K1 * (1 - B + (B * ((lengths[unit] ?? 1) - 1)) / meanLength);
      const count = (counts[place] ?? 0) / 2;
      scores[unit] = (scores[unit] ?? 0) + (weight * count * (K1 + 1)) / (count + long);
    }
  }

  /** Reads the lists of words that are not known yet. */
  #load(db: Sqlite, hashes: readonly number[]): void {
    this.#units.update(db);
    if (this.#kept > KEPT) {
      this.#lists.clear();
      this.#kept = 0;
    }
    const wanted = [...new Set(hashes)].filter((hash) => !this.#lists.has(hash));
    if (wanted.length === 0) return;
    const sql = `SELECT p.word, s.first_unit, p.list FROM segments s CROSS JOIN postings p
      ON p.segment = s.id AND p.word IN (SELECT value FROM json_each(?)) ORDER BY s.id`;
    const rows = new Map<number, StoredList[]>(wanted.map((hash) => [hash, []]));
    for (const row of db.all<StoredList>(sql, JSON.stringify(wanted))) rows.get(row.word)?.push(row);
    for (const [hash, lists] of rows) this.#keep(hash, lists);
  }

  #keep(hash: number, lists: readonly StoredList[]): void {
    const room = lists.reduce((sum, { list }) => sum + (list.length >> 1), 0);
    const into = { units: new Uint32Array(room), counts: new Uint8Array(room) };
    let at = 0;
    for (const { list, first_unit } of lists)
      at = readList(list, first_unit, { into, at, isIn: this.#units.has });
    this.#lists.set(hash, { units: into.units.subarray(0, at), counts: into.counts.subarray(0, at) });
    this.#kept += room;
  }
}
