import { partsOf } from "../../../shared/words/words-of.ts";
import type { Query } from "./read-query.ts";
import { rarityOf, type Statistics } from "./statistics.ts";

/** Shorter words begin too many others. */
const LEAST_ALIKE = 4;

/** How well the names of files answer a query: whoever asks what a file is about often says its name. */
export class NameMatch {
  /** Rarity of each word that was asked for. */
  readonly #asked = new Map<string, number>();
  readonly #all: number;
  readonly #paths = new Map<string, number>();

  constructor({ text, words }: Pick<Query, "text" | "words">, { frequencies, totals }: Statistics) {
    const parts = new Set(partsOf(text));
    for (const [index, { word, asked }] of words.entries())
      if (asked && parts.has(word)) this.#asked.set(word, rarityOf(frequencies[index] ?? 0, totals.units));
    this.#all = [...this.#asked.values()].reduce((sum, one) => sum + one, 0);
  }

  /** Of a file's name and its folder's, 0..1: high when much of the query is in them, and much of them in the query. */
  of(path: string): number {
    const known = this.#paths.get(path);
    if (known !== undefined) return known;
    const [name = "", folder = ""] = path.split("/").toReversed();
    const match = this.#match(partsOf(`${folder} ${name.replace(/(?<=.)\.[^.]+$/u, "")}`));
    this.#paths.set(path, match);
    return match;
  }

  #match(parts: readonly string[]): number {
    const found = new Set<string>();
    let hits = 0;
    for (const part of parts) {
      const alike = [...this.#asked.keys()].filter((word) => areAlike(word, part));
      for (const word of alike) found.add(word);
      if (alike.length > 0) hits += 1;
    }
    if (hits === 0) return 0;
    const ofQuery = [...found].reduce((sum, word) => sum + (this.#asked.get(word) ?? 0), 0) / this.#all;
    const ofName = hits / parts.length;
    return (2 * ofQuery * ofName) / (ofQuery + ofName);
  }
}

/** Names are often cut short: `auth`, `config`, and `recover` for `recoverer`. */
function areAlike(one: string, other: string): boolean {
  if (one === other) return true;
  if (Math.min(one.length, other.length) < LEAST_ALIKE) return false;
  return one.startsWith(other) || other.startsWith(one);
}
