import { PIECES } from "./pair.ts";

/** A pair is a run of numbers: kind, group, two of a digest, and of each piece how many words and then word | count << 20. */
const HEAD = 4;
const COUNT_SHIFT = 20;
const MOST_COUNT = 4_095;
export const MOST_WORDS = 2 ** COUNT_SHIFT;

export interface PairHead {
  readonly kind: number;
  readonly group: number;
  /** Of the code's words: equal for copies of the same code. */
  readonly digest: readonly [number, number];
}

export function encodeWord(word: number, count: number): number {
  return (Math.min(count, MOST_COUNT) << COUNT_SHIFT) | word;
}

export function wordIn(entry: number): number {
  return entry & (MOST_WORDS - 1);
}

export function countIn(entry: number): number {
  return entry >>> COUNT_SHIFT;
}

/** Appends a pair; `pieces` are the entries of each piece in the order of `PIECES`. */
export function pushPair(stream: number[], head: PairHead, pieces: readonly (readonly number[])[]): void {
  stream.push(head.kind, head.group, ...head.digest);
  for (const piece of pieces) stream.push(piece.length, ...piece);
}

/** One pair in a stream, read in place. */
export interface PairView {
  readonly head: PairHead;
  /** Where the entries of each piece begin and end. */
  readonly pieces: readonly (readonly [number, number])[];
  readonly end: number;
}

export function readPair(stream: Uint32Array, at: number): PairView {
  const pieces: [number, number][] = [];
  let next = at + HEAD;
  for (let piece = 0; piece < PIECES.length; piece++) {
    const length = stream[next] ?? 0;
    pieces.push([next + 1, next + 1 + length]);
    next += 1 + length;
  }
  const [kind = 0, group = 0, first = 0, second = 0] = stream.subarray(at, at + HEAD);
  return { head: { kind, group, digest: [first, second] }, pieces, end: next };
}
