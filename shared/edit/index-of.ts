/** What the engine's own search does in linear time whatever the text is; beyond it skips on less than it compared. */
const QUICK = 200;

/**
 * Where `needle` begins in `text` at or after `from`; -1 when nowhere. The same as `text.indexOf`, which takes
 * a time like the product of both lengths when a long needle and a text are alike enough.
 */
export function indexOf(text: string, needle: string, from: number): number {
  if (needle.length <= QUICK) return text.indexOf(needle, from);
  const head = needle.slice(0, QUICK);
  let spent = 0;
  for (let at = text.indexOf(head, from); at !== -1; at = text.indexOf(head, at + 1)) {
    if (text.startsWith(needle, at)) return at;
    spent += needle.length;
    if (spent > 16 * needle.length + 4 * (at - from)) return steadyIndexOf(text, needle, at + 1);
  }
  return -1;
}

/** Knuth, Morris and Pratt's search: never looks at a place twice, but looks at each. */
function steadyIndexOf(text: string, needle: string, from: number): number {
  const borders = bordersOf(needle);
  let matched = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    while (matched > 0 && needle.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (needle.charCodeAt(matched) === code) matched += 1;
    if (matched === needle.length) return at + 1 - matched;
  }
  return -1;
}

/** For each beginning of the needle: how long the longest part is that both begins and ends it. */
function bordersOf(needle: string): Int32Array {
  const borders = new Int32Array(needle.length);
  let length = 0;
  for (let at = 1; at < needle.length; at++) {
    const code = needle.charCodeAt(at);
    while (length > 0 && needle.charCodeAt(length) !== code) length = borders[length - 1] ?? 0;
    if (needle.charCodeAt(length) === code) length += 1;
    borders[at] = length;
  }
  return borders;
}
