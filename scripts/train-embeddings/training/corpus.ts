import { rarity } from "../../../shared/model/rarity.ts";
import { countIn, encodeWord, readPair, wordIn } from "../pairs/pair-stream.ts";
import type { PackagePairs } from "../pairs/pair.ts";

const NO_ROW = -1;
/** One package in twenty is kept out of training, to measure on. */
const HELD_OUT = 20;

/** The words that get a row in the table, and where. */
export interface Vocabulary {
  readonly words: readonly string[];
  readonly rows: ReadonlyMap<string, number>;
}

export interface TrainingPair {
  /** Index of its package. */
  readonly from: number;
  /** Where it begins in the corpus's stream. */
  readonly at: number;
}

/** All pairs, their words as rows of the table. */
export interface Corpus {
  readonly vocabulary: Vocabulary;
  /** How many words the vocabulary has. */
  readonly words: number;
  readonly stream: Uint32Array;
  readonly pairs: readonly TrainingPair[];
  readonly packages: readonly string[];
  /** Of each package, how rare each word is in it. */
  readonly rarities: readonly Float32Array[];
  /** How rare each word is in all of them. */
  readonly rarity: Float32Array;
}

/** What of a corpus training itself needs. */
export type PairCorpus = Pick<Corpus, "words" | "stream" | "pairs" | "rarities" | "rarity">;

export function isHeldOut(name: string): boolean {
  let sum = 0;
  for (const letter of name) sum = (Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum % HELD_OUT === 0;
}

export interface VocabularyLimits {
  readonly seen: number;
  readonly packages: number;
  readonly most: number;
}

export function chooseVocabulary(packages: readonly PackagePairs[], limits: VocabularyLimits): Vocabulary {
  const counts = new Map<string, { seen: number; packages: number }>();
  for (const { words, parts } of packages) {
    for (const [index, word] of words.entries()) {
      const seen = parts[index] ?? 0;
      if (seen === 0) continue;
      const count = counts.get(word) ?? { seen: 0, packages: 0 };
      // a word that one package repeats without end is not worth more for that
      counts.set(word, { seen: count.seen + Math.min(seen, 200), packages: count.packages + 1 });
    }
  }
  const words = [...counts]
    .filter(([, { seen, packages }]) => seen >= limits.seen && packages >= limits.packages)
    .sort(
      ([a, left], [b, right]) => right.packages - left.packages || right.seen - left.seen || (a < b ? -1 : 1),
    )
    .slice(0, limits.most)
    .map(([word]) => word)
    .sort();
  return { words, rows: new Map(words.map((word, row) => [word, row])) };
}

/** Puts the pairs of all packages together; of equal code the first stays. */
export function gatherCorpus(packages: readonly PackagePairs[], vocabulary: Vocabulary): Corpus {
  const size = vocabulary.words.length;
  const length = packages.reduce((sum, { stream }) => sum + stream.length, 0);
  const stream = new Uint32Array(new SharedArrayBuffer(length * 4));
  const pairs: TrainingPair[] = [];
  const seen = new Set<number>();
  const everywhere = new Uint32Array(size);
  const rarities: Float32Array[] = [];
  let end = 0;
  for (const [from, pack] of packages.entries()) {
    const rows = Int32Array.from(pack.words, (word) => vocabulary.rows.get(word) ?? NO_ROW);
    rarities.push(raritiesOf(pack, rows, everywhere));
    for (const [at, next] of pairsIn(pack.stream)) {
      if (isCopy(pack.stream, at, seen)) continue;
      const length = translate(pack.stream.subarray(at, next), rows, stream.subarray(end));
      if (length > 0) pairs.push({ from, at: end });
      end += length;
    }
  }
  const definitions = packages.reduce((sum, pack) => sum + pack.definitions, 0);
  return {
    vocabulary,
    words: size,
    stream: stream.subarray(0, end),
    pairs,
    packages: packages.map(({ name }) => name),
    rarities,
    rarity: Float32Array.from(everywhere, (frequency) => rarity(frequency, definitions)),
  };
}

/** Where each pair begins and ends. */
function* pairsIn(stream: Uint32Array): Generator<readonly [number, number]> {
  for (let at = 0; at < stream.length;) {
    const { end } = readPair(stream, at);
    yield [at, end];
    at = end;
  }
}

function isCopy(stream: Uint32Array, at: number, seen: Set<number>): boolean {
  const [first, second] = readPair(stream, at).head.digest;
  const digest = first * 2 ** 20 + (second & 0xfffff);
  if (seen.has(digest)) return true;
  seen.add(digest);
  return false;
}

function raritiesOf(pack: PackagePairs, rows: Int32Array, everywhere: Uint32Array): Float32Array {
  const rarities = new Float32Array(new SharedArrayBuffer(everywhere.length * 4)).fill(1);
  for (const [index, row] of rows.entries()) {
    if (row === NO_ROW) continue;
    const frequency = pack.frequencies[index] ?? 0;
    everywhere[row] = (everywhere[row] ?? 0) + frequency;
    rarities[row] = rarity(frequency, pack.definitions);
  }
  return rarities;
}

/** Writes a pair with rows for words and says how long it is; 0 when a side has no known word. */
function translate(pair: Uint32Array, rows: Int32Array, out: Uint32Array): number {
  const { pieces } = readPair(pair, 0);
  out.set(pair.subarray(0, 4));
  let next = 4;
  for (const [index, [start, end]] of pieces.entries()) {
    const lengthAt = next++;
    for (let at = start; at < end; at++) {
      const row = rows[wordIn(pair[at] ?? 0)] ?? NO_ROW;
      if (row !== NO_ROW) out[next++] = encodeWord(row, countIn(pair[at] ?? 0));
    }
    const length = next - lengthAt - 1;
    out[lengthAt] = length;
    if (length === 0 && index < 2) return 0;
  }
  return next;
}
