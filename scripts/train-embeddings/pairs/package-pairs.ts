import { createHash } from "node:crypto";
import { partsOf, wordsOf } from "../../../shared/words/words-of.ts";
import { encodeWord, MOST_WORDS, pushPair } from "./pair-stream.ts";
import { KINDS, PIECES } from "./pair.ts";
import type { PackagePairs, Pair } from "./pair.ts";

/** No package decides the table alone. */
const MOST_PAIRS = 12_000;

/** Collects the pairs of one package and counts its words. */
export class PackageCollector {
  readonly #words = new Map<string, number>();
  readonly #frequencies: number[] = [];
  readonly #parts: number[] = [];
  readonly #texts = new Set<string>();
  readonly #pairs: { readonly order: string; readonly pair: Pair }[] = [];
  #definitions = 0;

  /** Counts the words of one definition, whether or not there is a pair for it. */
  count(code: string): void {
    this.#definitions++;
    for (const word of new Set(wordsOf(code))) {
      const id = this.#id(word);
      this.#frequencies[id] = (this.#frequencies[id] ?? 0) + 1;
    }
    this.#countParts(code);
  }

  /** A text that the package has already is not taken again: it tells nothing apart. */
  add(pair: Pair): void {
    const text = partsOf(pair.text).join(" ");
    if (this.#texts.has(text)) return;
    this.#texts.add(text);
    this.#pairs.push({ order: digestOf(`${pair.text}\n${pair.body}`).toString("hex"), pair });
  }

  finish(name: string, licence: string): PackagePairs {
    const kept = this.#pairs.sort((a, b) => (a.order < b.order ? -1 : 1)).slice(0, MOST_PAIRS);
    const stream: number[] = [];
    const kinds: Record<string, number> = {};
    const languages: Record<string, number> = {};
    for (const { pair } of kept) {
      this.#countParts(pair.text);
      kinds[pair.kind] = (kinds[pair.kind] ?? 0) + 1;
      languages[pair.language] = (languages[pair.language] ?? 0) + 1;
      const digest = digestOf(`${pair.kind}\n${wordsOf(pair.body).join(" ")}`);
      const head = {
        kind: KINDS.indexOf(pair.kind),
        group: pair.group,
        digest: [digest.readUInt32LE(0), digest.readUInt32LE(4)] as const,
      };
      const pieces = PIECES.map((piece) => this.#entries(pair[piece]));
      pushPair(stream, head, pieces);
    }
    const words = [...this.#words.keys()];
    return {
      name,
      licence,
      pairs: kept.length,
      kinds,
      languages,
      definitions: this.#definitions,
      words,
      frequencies: Uint32Array.from(words, (_, id) => this.#frequencies[id] ?? 0),
      parts: Uint32Array.from(words, (_, id) => this.#parts[id] ?? 0),
      stream: Uint32Array.from(stream),
    };
  }

  #countParts(text: string): void {
    for (const word of partsOf(text)) {
      const id = this.#id(word);
      this.#parts[id] = (this.#parts[id] ?? 0) + 1;
    }
  }

  #entries(text: string): number[] {
    const counts = new Map<number, number>();
    for (const word of wordsOf(text)) {
      const id = this.#id(word);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return [...counts].map(([id, count]) => encodeWord(id, count));
  }

  #id(word: string): number {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    const id = this.#words.size;
    if (id >= MOST_WORDS) throw new Error("a package with more than a million different words");
    this.#words.set(word, id);
    return id;
  }
}

function digestOf(text: string): Buffer {
  return createHash("sha1").update(text).digest();
}
