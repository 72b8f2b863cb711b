import { rarity } from "../../../shared/model/rarity.ts";
import type { CountedWords, StaticTable } from "../../../shared/model/static-table.ts";
import { wordHash } from "../../../shared/words/word-hash.ts";
import { isStopWord } from "../../../shared/words/stop-words.ts";
import { countIn, readPair, wordIn } from "../pairs/pair-stream.ts";
import { KINDS, PIECES } from "../pairs/pair.ts";
import type { PackagePairs } from "../pairs/pair.ts";
import { Lexical } from "./lexical.ts";
import type { Bag } from "./lexical.ts";
import { fuse, Ranks } from "./measures.ts";
import type { Figures } from "./measures.ts";

const MOST_CODES = 2_000;
const MOST_TEXTS = 120;
const FEW_SHARED = 1 / 3;
const WAYS = ["lexical", "dense", "fused"] as const;

export type Row = Readonly<Record<(typeof WAYS)[number], Figures>>;

/** By kind of pair; `all` of them, and `few` of those whose text and code share few words. */
export type Evaluation = ReadonlyMap<string, Row>;

/** Looks for the code of each text among 2,000 pieces of code of its package, for packages that training did not see. */
export function evaluate(table: StaticTable, packages: readonly PackagePairs[]): Evaluation {
  const ranks = new Map<string, Record<(typeof WAYS)[number], Ranks>>();
  const add = (
    group: string,
    scores: Readonly<Record<(typeof WAYS)[number], Float32Array>>,
    right: number,
  ): void => {
    const own = ranks.get(group) ?? { lexical: new Ranks(), dense: new Ranks(), fused: new Ranks() };
    ranks.set(group, own);
    for (const way of WAYS) own[way].add(scores[way], right);
  };
  for (const pack of packages) {
    const trial = new PackageTrial(table, pack);
    for (let code = 0; code < Math.min(trial.size, MOST_TEXTS); code++) {
      const { scores, kind, shared } = trial.ask(code);
      for (const group of ["all", kind, ...(shared < FEW_SHARED ? ["few"] : [])]) add(group, scores, code);
    }
  }
  return new Map(
    [...ranks].map(([group, { lexical, dense, fused }]) => [
      group,
      { lexical: lexical.figures(), dense: dense.figures(), fused: fused.figures() },
    ]),
  );
}

interface Piece {
  readonly kind: string;
  readonly text: Map<number, number>;
  readonly words: Map<number, number>;
  readonly vector: Int8Array;
}

class PackageTrial {
  readonly #table: StaticTable;
  readonly #pack: PackagePairs;
  readonly #pieces: readonly Piece[];
  readonly #lexical: Lexical;
  readonly #ids: ReadonlyMap<string, number>;

  constructor(table: StaticTable, pack: PackagePairs) {
    this.#table = table;
    this.#pack = pack;
    this.#ids = new Map(pack.words.map((word, id) => [word, id]));
    const hashes = Uint32Array.from(pack.words, wordHash);
    const pieces: Piece[] = [];
    for (let at = 0; at < pack.stream.length && pieces.length < MOST_CODES;) {
      pieces.push(this.#piece(at, hashes));
      at = readPair(pack.stream, at).end;
    }
    this.#pieces = pieces;
    this.#lexical = new Lexical(pieces.map(({ words }) => words));
  }

  get size(): number {
    return this.#pieces.length;
  }

  ask(right: number): { scores: Record<(typeof WAYS)[number], Float32Array>; kind: string; shared: number } {
    const { text, kind, words } = this.#pieces[right] ?? { text: new Map(), kind: "", words: new Map() };
    const telling = [...text.keys()].filter((id) => !isStopWord(this.#pack.words[id] ?? ""));
    const lexical = this.#lexical.scores(telling);
    const names = [...text].flatMap(([id, count]) =>
      Array.from({ length: count }, () => this.#pack.words[id] ?? ""),
    );
    const vector = this.#table.queryVector(names, (word) =>
      rarity(this.#pack.frequencies[this.#ids.get(word) ?? -1] ?? 0, this.#pack.definitions),
    );
    const dense = Float32Array.from(this.#pieces, (piece) =>
      vector === undefined ? 0 : dot(vector, piece.vector),
    );
    const weigh = (ids: readonly number[]): number =>
      ids.reduce((sum, id) => sum + this.#lexical.rarity(id), 0);
    const shared = weigh(telling.filter((id) => words.has(id))) / (weigh(telling) || 1);
    return { scores: { lexical, dense, fused: fuse(lexical, dense) }, kind, shared };
  }

  #piece(at: number, hashes: Uint32Array): Piece {
    const { stream } = this.#pack;
    const { head, pieces } = readPair(stream, at);
    const [text, body, doc, symbol, path] = PIECES.map((_, index) => bagOf(stream, pieces[index]));
    // an index counts a doc comment as part of the body, and again as what it is
    const inBody = together(body, doc);
    const counted = countedWords([inBody, symbol, undefined, doc], hashes);
    const inPath = [...(path ?? [])].flatMap(([id, n]) => Array<number>(n).fill(hashes[id] ?? 0));
    const vector = this.#table.codeVector([counted], inPath);
    return {
      kind: KINDS[head.kind] ?? "",
      text: together(text),
      words: together(inBody, symbol, path),
      vector,
    };
  }
}

function bagOf(stream: Uint32Array, [start, end]: readonly [number, number] = [0, 0]): Bag {
  return new Map(Array.from(stream.subarray(start, end), (entry) => [wordIn(entry), countIn(entry)]));
}

function together(...bags: readonly (Bag | undefined)[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const bag of bags) for (const [id, count] of bag ?? []) sums.set(id, (sums.get(id) ?? 0) + count);
  return sums;
}

function countedWords(fields: readonly (Bag | undefined)[], hashes: Uint32Array): CountedWords {
  const all = fields.flatMap((bag, field) =>
    [...(bag ?? [])].map(([id, count]) => ({ hash: hashes[id] ?? 0, field, count })),
  );
  return {
    hashes: Uint32Array.from(all, ({ hash }) => hash),
    fields: Uint8Array.from(all, ({ field }) => field),
    counts: Uint8Array.from(all, ({ count }) => Math.min(255, count)),
  };
}

function dot(one: Int8Array, other: Int8Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}
