import { randomUUID } from "node:crypto";

/** A string with more characters makes several pieces; for a shorter one it is not worth to wake the reader twice. */
export const LONG = 256 * 1024;
const PIECE = 32 * 1024;

/** `JSON.stringify` in pieces, so that the reader takes the first of them while the next ones are made. */
export function* jsonPieces(message: object): Generator<string> {
  const long: string[] = [];
  const mark = randomUUID();
  const frame = JSON.stringify(message, (_key, value: unknown) => {
    if (typeof value !== "string" || value.length <= LONG) return value;
    long.push(value);
    return mark;
  });
  for (const [index, part] of frame.split(mark).entries()) {
    yield part;
    const text = long[index] ?? "";
    // A pair that is cut in two is written as two escapes, which mean the same.
    for (let at = 0; at < text.length; at += PIECE)
      yield JSON.stringify(text.slice(at, at + PIECE)).slice(1, -1);
  }
}
