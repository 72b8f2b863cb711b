import { wordHash } from "./word-hash.ts";
import { splitRun, wordsOf } from "./words-of.ts";

/** Runs of letters that are remembered before all are forgotten. */
const REMEMBERED = 40_000;
/** Places to find them by: twice as many and more, so that there is soon a free one. */
const PLACES = 2 ** 17;
/** Of each ASCII character, whether it is part of a run. All others may be. */
const IN_RUN = Uint8Array.from({ length: 128 }, (_, code) =>
  /[\w$]/u.test(String.fromCharCode(code)) ? 1 : 0,
);

/** One more than the number of the run that is found there. */
const places = new Int32Array(PLACES);
const mixes = new Int32Array(REMEMBERED);
let runs: string[] = [];
let hashes: (readonly number[])[] = [];

export interface Part {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The hashes of `wordsOf` a part of a text, given to `add` in their order. For those who read much code: a run of letters
 * that was there before costs a look at each of its letters, and nothing is made for it.
 */
export function hashesIn({ text, from, to }: Part, add: (hashes: readonly number[]) => void): void {
  let at = from;
  while (at < to) {
    const start = at;
    let mixed = 0;
    for (; at < to; at += 1) {
      const code = text.charCodeAt(at);
      if (code < 128 && IN_RUN[code] === 0) break;
      // one letter of two parts, or half of one
      if (code >= 0xd800 && code < 0xe000) return add(wordsOf(text.slice(start, to)).map(wordHash));
      mixed = Math.imul(mixed ^ code, 0x01000193);
    }
    if (at > start) add(hashesOfRun({ text, from: start, to: at }, mixed ^ (mixed >>> 15)));
    at += 1;
  }
}

/** `mixed`: a number made of all its letters. */
function hashesOfRun(run: Part, mixed: number): readonly number[] {
  let place = mixed & (PLACES - 1);
  for (let known = places[place] ?? 0; known > 0; known = places[place] ?? 0) {
    if (mixes[known - 1] === mixed && isAt(run, runs[known - 1] ?? "")) return hashes[known - 1] ?? [];
    place = (place + 1) & (PLACES - 1);
  }
  const letters = run.text.slice(run.from, run.to);
  const found = splitRun(letters).all.map(wordHash);
  if (runs.length === REMEMBERED) {
    places.fill(0);
    runs = [];
    hashes = [];
    place = mixed & (PLACES - 1);
  }
  mixes[runs.length] = mixed;
  // a piece of a long text keeps all of the text in memory, a copy does not
  runs.push(Buffer.from(letters, "utf16le").toString("utf16le"));
  hashes.push(found);
  places[place] = runs.length;
  return found;
}

function isAt({ text, from, to }: Part, run: string): boolean {
  if (run.length !== to - from) return false;
  for (let index = 0; index < run.length; index += 1)
    if (run.charCodeAt(index) !== text.charCodeAt(from + index)) return false;
  return true;
}
