import { plainText } from "./plain-text.ts";

/** Lines of a text that are like a wanted text. */
export interface Closest {
  /** The first of them, from 1. */
  readonly line: number;
  /** Without line breaks. */
  readonly lines: readonly string[];
}

const MOST_CHARS = 1024 * 1024;
const MOST_LINES = 20_000;
const MOST_WANTED = 200;
/** A longer line is a program's work, and not compared by what is in it. */
const LONG_LINE = 2_000;
/** A line that is wanted in more places than this (a bracket, an empty comment) says little about where. */
const MOST_PLACES = 8;
/** Share of the pairs of letters of a wanted line that a line must have to be near. */
const NEAR = 0.6;

/**
 * The lines closest to the wanted text, which is not in `text` as it stands, or `undefined` when nothing is near.
 * Both with `\n` as line break. Looks at the first Mi characters and 20,000 lines of the text, and 200 wanted lines.
 */
export function closest(text: string, wanted: string): Closest | undefined {
  const lines = text.slice(0, MOST_CHARS).split("\n", MOST_LINES);
  const wantedLines = wanted.slice(0, MOST_CHARS).split("\n", MOST_WANTED);
  const start = byCommonLines(lines, wantedLines) ?? byLongestLine(lines, wantedLines);
  if (start === undefined) return undefined;
  const first = Math.max(0, start);
  return { line: first + 1, lines: lines.slice(first, Math.max(first + 1, start + wantedLines.length)) };
}

/** Where most lines would fall on their like, which are worth the more the longer they are. */
function byCommonLines(lines: readonly string[], wantedLines: readonly string[]): number | undefined {
  const places = new Map<string, number[]>();
  for (const [place, line] of wantedLines.entries()) {
    const key = bare(line);
    const known = places.get(key);
    if (known === undefined) places.set(key, [place]);
    else if (known.length < MOST_PLACES) known.push(place);
  }
  places.delete("");
  const votes = new Map<number, number>();
  for (const [at, line] of lines.entries()) {
    const key = bare(line);
    for (const place of places.get(key) ?? [])
      votes.set(at - place, (votes.get(at - place) ?? 0) + Math.min(key.length, 40));
  }
  return bestOf(votes, Math.min(8, wantedLines.join("").length / 4));
}

function bestOf(votes: ReadonlyMap<number, number>, least: number): number | undefined {
  let best: number | undefined;
  let most = least;
  for (const [start, weight] of votes) {
    if (weight <= most) continue;
    best = start;
    most = weight;
  }
  return best;
}

/** A very long line is compared as it is. */
function bare(line: string): string {
  return line.length > LONG_LINE ? line : plainText(line);
}

/** Where the longest wanted line is most like a line, by the pairs of letters that it shares with it. */
function byLongestLine(lines: readonly string[], wantedLines: readonly string[]): number | undefined {
  const place = wantedLines.reduce(
    (best, line, index) => (line.trim().length > (wantedLines[best] ?? "").trim().length ? index : best),
    0,
  );
  const wanted = bare(wantedLines[place] ?? "");
  if (wanted.length < 3 || wanted.length > LONG_LINE) return undefined;
  const pairs = new PairSet(wanted);
  let best: number | undefined;
  let nearest = NEAR;
  for (const [at, line] of lines.entries()) {
    const near = line.length < 3 || line.length > LONG_LINE ? 0 : pairs.share(bare(line));
    if (near <= nearest) continue;
    best = at - place;
    nearest = near;
  }
  return best;
}

/** The pairs of neighbouring letters in a text, by a hash. */
class PairSet {
  readonly #seen = new Int32Array(65_536);
  readonly #length: number;
  #count = 0;
  #round = 1;

  constructor(text: string) {
    this.#length = text.length;
    for (let at = 1; at < text.length; at++) {
      const pair = pairAt(text, at);
      if (this.#seen[pair] === 0) this.#count += 1;
      this.#seen[pair] = this.#round;
    }
  }

  /** The share of the pairs that are in a line too; a little less when the line has much more. */
  share(line: string): number {
    let shared = 0;
    const round = this.#round + 1;
    for (let at = 1; at < line.length; at++) {
      const pair = pairAt(line, at);
      const seen = this.#seen[pair] ?? 0;
      if (seen === 0 || seen === round) continue;
      this.#seen[pair] = round;
      shared += 1;
    }
    this.#round = round;
    return shared / this.#count - Math.max(0, line.length - this.#length) / (10 * LONG_LINE);
  }
}

function pairAt(text: string, at: number): number {
  return (text.charCodeAt(at - 1) * 31 + text.charCodeAt(at)) & 65_535;
}
