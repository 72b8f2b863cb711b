import { wordHash } from "../../../shared/words/word-hash.ts";
import { wordsOf } from "../../../shared/words/words-of.ts";
import type { Definition } from "../parse/shapes.ts";
import { FIELDS, type LeafWords } from "../store/shapes.ts";

const MOST = 255;
/** A hash has 26 bits, a field two: together they sort as one number. */
const FIELD_ROOM = 4;

/**
 * Counts the words of a leaf. Its body is all of its lines, so it holds signature and doc comment too; what it lies in is
 * part of its symbol. Without a definition only the body has words.
 */
export function wordsOfLeaf(body: string, definition: Definition | undefined): LeafWords {
  const symbol = definition === undefined ? "" : `${definition.scope} ${definition.name}`;
  const texts = [body, symbol, definition?.signature ?? "", definition?.doc ?? ""];
  return count(texts.map(wordsOf));
}

function count(words: readonly (readonly string[])[]): LeafWords {
  const keys = new Float64Array(words.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const [field] of FIELDS.entries())
    for (const word of words[field] ?? []) keys[end++] = wordHash(word) * FIELD_ROOM + field;
  keys.sort();
  let size = 0;
  for (let index = 0; index < end; index++) if (index === 0 || keys[index] !== keys[index - 1]) size += 1;
  const hashes = new Uint32Array(size);
  const fields = new Uint8Array(size);
  const counts = new Uint8Array(size);
  let at = -1;
  for (let index = 0; index < end; index++) {
    const key = keys[index] ?? 0;
    if (index === 0 || key !== keys[index - 1]) {
      at += 1;
      hashes[at] = Math.floor(key / FIELD_ROOM);
      fields[at] = key % FIELD_ROOM;
    }
    counts[at] = Math.min(MOST, (counts[at] ?? 0) + 1);
  }
  return { hashes, fields, counts, lengths: words.map(({ length }) => length) };
}
