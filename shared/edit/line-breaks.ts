/** The most carriage returns that are one line break with the line feed after them; more are text. */
export const MOST_RETURNS = 3;

/**
 * Units in which every line break (`\n` and up to three `\r` before it) is one `\n`. A text without carriage returns
 * is given back as it is.
 */
export function foldBreaks(units: string, width: 1 | 2): string {
  if (!units.includes("\r")) return units;
  // A loop over codes takes the same time whatever the text is; a pattern takes twenty times as long on hostile ones.
  const bytes = Buffer.from(units, width === 1 ? "latin1" : "utf16le");
  const codes = width === 1 ? bytes : new Uint16Array(copyOf(bytes));
  let kept = 0;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 10) kept = beforeReturns(codes, kept);
    codes[kept++] = code;
  }
  if (width === 1) return bytes.toString("latin1", 0, kept);
  return Buffer.from(codes.buffer, 0, kept * 2).toString("utf16le");
}

/** The break whose line feed stands at `feed`, such as `\r\n`. */
export function breakAt(units: string, feed: number): string {
  let start = feed;
  while (start > 0 && feed - start < MOST_RETURNS && units[start - 1] === "\r") start -= 1;
  return units.slice(start, feed + 1);
}

/** Line feeds from `from` to `to` (exclusive). */
export function countFeeds(units: string, from: number, to: number): number {
  let feeds = 0;
  for (let at = units.indexOf("\n", from); at !== -1 && at < to; at = units.indexOf("\n", at + 1)) feeds += 1;
  return feeds;
}

function beforeReturns(codes: Uint8Array | Uint16Array, end: number): number {
  let start = end;
  while (start > 0 && end - start < MOST_RETURNS && codes[start - 1] === 13) start -= 1;
  return start;
}

/** A buffer of its own, since a shared one may begin at an odd place. */
function copyOf(bytes: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}
