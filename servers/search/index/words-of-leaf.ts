import { hashesIn, type Part } from "../../../shared/words/hashes-in.ts";
import type { Definition } from "../parse/shapes.ts";
import type { LeafWords } from "../store/shapes.ts";

const MOST = 255;
/** A hash has 26 bits, a field two: together they sort as one number. */
const FIELD_ROOM = 4;

/** Grows with the largest leaf, and holds one after the other. */
let keys = new Uint32Array(1 << 12);
let end = 0;

/**
 * Counts the words of a leaf. Its body is all of its lines, so it holds signature and doc comment too; what it lies in is
 * part of its symbol. Without a definition only the body has words.
 */
export function wordsOfLeaf(body: Part, definition: Definition | undefined): LeafWords {
  const symbol = definition === undefined ? "" : `${definition.scope} ${definition.name}`;
  const others = [symbol, definition?.signature ?? "", definition?.doc ?? ""];
  const parts = [body, ...others.map((text) => ({ text, from: 0, to: text.length }))];
  end = 0;
  const lengths = parts.map((part, field) => {
    const start = end;
    hashesIn(part, (hashes) => {
      for (const hash of hashes) {
        if (end === keys.length) grow();
        keys[end++] = hash * FIELD_ROOM + field;
      }
    });
    return end - start;
  });
  return { ...counted(keys.subarray(0, end).sort()), lengths };
}

function grow(): void {
  const grown = new Uint32Array(keys.length * 2);
  grown.set(keys);
  keys = grown;
}

function counted(sorted: Uint32Array): Pick<LeafWords, "hashes" | "fields" | "counts"> {
  let size = 0;
  for (let index = 0; index < sorted.length; index++)
    if (index === 0 || sorted[index] !== sorted[index - 1]) size += 1;
  const hashes = new Uint32Array(size);
  const fields = new Uint8Array(size);
  const counts = new Uint8Array(size);
  let at = -1;
  for (let index = 0; index < sorted.length; index++) {
    const key = sorted[index] ?? 0;
    if (index === 0 || key !== sorted[index - 1]) {
      at += 1;
      hashes[at] = Math.floor(key / FIELD_ROOM);
      fields[at] = key % FIELD_ROOM;
    }
    counts[at] = Math.min(MOST, (counts[at] ?? 0) + 1);
  }
  return { hashes, fields, counts };
}
