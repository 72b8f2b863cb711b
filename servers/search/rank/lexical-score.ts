import { hashesIn } from "../../../shared/words/hashes-in.ts";
import { FIELDS, type Candidate, type LeafWords, type Totals } from "../store/shapes.ts";
import type { QueryWord } from "./read-query.ts";
import { rarityOf, type Statistics } from "./statistics.ts";

/** Weights of the fields in the order of `FIELDS`; what is in the others is in the body already, names apart. */
const WEIGHTS = [1, 3, 0.5, 0.25] as const;
const PATH_WEIGHT = 1.5;
const K1 = 1.4;
/** How much a long field counts less: the body, and all others. */
const BODY_B = 0.6;
const OTHER_B = 0.3;
/** Words of a path, about; how long paths are says nothing of what they hold. */
const PATH_LENGTH = 8;
const WIDTH = FIELDS.length;

/** How well a unit's words answer a query. */
export interface LexicalScore {
  /** Half of its whole, half of its best leaf. */
  readonly score: number;
  readonly unit: number;
  readonly leaf: number;
  /** Of each leaf. */
  readonly leaves: readonly number[];
  /** Share of what the asked words weigh that is in it. */
  readonly inUnit: number;
}

/** Scores units for one query by BM25 over fields. Not for use by two loops at once: it has one set of counters. */
export class LexicalScorer {
  readonly #hashes: Uint32Array;
  /** Rarity times weight of each word. */
  readonly #gains: Float64Array;
  /** Rarity of the words that were asked for, 0 for synonyms. */
  readonly #asked: Float64Array;
  readonly #allAsked: number;
  readonly #totals: Totals;
  readonly #unitCounts: Counts;
  readonly #leafCounts: Counts;
  readonly #paths = new Map<string, Float64Array>();

  constructor(words: readonly QueryWord[], { frequencies, totals }: Statistics) {
    const rarity = (index: number): number => rarityOf(frequencies[index] ?? 0, totals.units);
    const sorted = words
      .map((word, index) => ({ ...word, rarity: rarity(index) }))
      .sort((one, other) => one.hash - other.hash);
    this.#hashes = Uint32Array.from(sorted, ({ hash }) => hash);
    this.#gains = Float64Array.from(sorted, (word) => word.rarity * word.weight);
    this.#asked = Float64Array.from(sorted, (word) => (word.asked ? word.rarity : 0));
    this.#allAsked = Math.max(
      1e-9,
      this.#asked.reduce((sum, one) => sum + one, 0),
    );
    this.#totals = totals;
    this.#unitCounts = countsFor(sorted.length);
    this.#leafCounts = countsFor(sorted.length);
  }

  score({ path, leaves }: Pick<Candidate, "path" | "leaves">): LexicalScore {
    const inPath = this.#pathCounts(path);
    const lengths = new Float64Array(WIDTH);
    const scores: number[] = [];
    clear(this.#unitCounts);
    for (const { words } of leaves) {
      clear(this.#leafCounts);
      this.#count(words);
      addTo(lengths, words.lengths);
      scores.push(this.#rate(this.#leafCounts, weightsOf(words.lengths, this.#totals.leafLengths), inPath));
    }
    const unit = this.#rate(this.#unitCounts, weightsOf(lengths, this.#totals.unitLengths), inPath);
    const leaf = scores.reduce((best, score) => Math.max(best, score), 0);
    return {
      score: 0.5 * unit + 0.5 * leaf,
      unit,
      leaf,
      leaves: scores,
      inUnit: this.#covered(this.#unitCounts.seen),
    };
  }

  /** Adds a leaf's counts of the wanted words; both lists ascend, so one walk along them is enough. */
  #count({ hashes, fields, counts }: LeafWords): void {
    let wanted = 0;
    for (let index = 0; index < hashes.length; index++) {
      const hash = hashes[index] ?? 0;
      while (wanted < this.#hashes.length && (this.#hashes[wanted] ?? 0) < hash) wanted += 1;
      if (wanted === this.#hashes.length) return;
      if (this.#hashes[wanted] !== hash) continue;
      const slot = wanted * WIDTH + (fields[index] ?? 0);
      add(this.#leafCounts, slot, counts[index] ?? 0);
      add(this.#unitCounts, slot, counts[index] ?? 0);
    }
  }

  #rate({ byField, seen }: Counts, weights: Float64Array, inPath: Float64Array): number {
    let score = 0;
    for (let word = 0; word < seen.length; word++) {
      let weighted = inPath[word] ?? 0;
      if (seen[word] === 1)
        for (let field = 0; field < WIDTH; field++)
          weighted += (weights[field] ?? 0) * (byField[word * WIDTH + field] ?? 0);
      if (weighted > 0) score += ((this.#gains[word] ?? 0) * weighted * (K1 + 1)) / (K1 + weighted);
    }
    return score;
  }

  #covered(seen: Uint8Array): number {
    let sum = 0;
    for (let word = 0; word < seen.length; word++) if (seen[word] === 1) sum += this.#asked[word] ?? 0;
    return sum / this.#allAsked;
  }

  /** What each wanted word counts in a path, weighted; the same for all units of a file. */
  #pathCounts(path: string): Float64Array {
    const known = this.#paths.get(path);
    if (known !== undefined) return known;
    const hashes: number[] = [];
    hashesIn({ text: path, from: 0, to: path.length }, (more) => hashes.push(...more));
    const weight = PATH_WEIGHT / (1 - OTHER_B + (OTHER_B * hashes.length) / PATH_LENGTH);
    const counts = new Float64Array(this.#hashes.length);
    for (const hash of hashes) {
      const index = this.#hashes.indexOf(hash);
      if (index !== -1) counts[index] = (counts[index] ?? 0) + weight;
    }
    this.#paths.set(path, counts);
    return counts;
  }
}

/** How often each wanted word is in each field, and whether it is in any. */
interface Counts {
  readonly byField: Float64Array;
  readonly seen: Uint8Array;
}

function countsFor(words: number): Counts {
  return { byField: new Float64Array(words * WIDTH), seen: new Uint8Array(words) };
}

function clear({ byField, seen }: Counts): void {
  byField.fill(0);
  seen.fill(0);
}

function add({ byField, seen }: Counts, slot: number, count: number): void {
  byField[slot] = (byField[slot] ?? 0) + count;
  seen[Math.floor(slot / WIDTH)] = 1;
}

function weightsOf(lengths: ArrayLike<number>, means: readonly number[]): Float64Array {
  const weights = new Float64Array(WIDTH);
  for (let field = 0; field < WIDTH; field++) {
    const b = field === 0 ? BODY_B : OTHER_B;
    const longer = (lengths[field] ?? 0) / Math.max(1, means[field] ?? 1);
    weights[field] = (WEIGHTS[field] ?? 0) / (1 - b + b * longer);
  }
  return weights;
}

function addTo(sums: Float64Array, more: readonly number[]): void {
  for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] ?? 0) + (more[index] ?? 0);
}
