import type { ByteReader, ByteWriter } from "./bytes.ts";
import { FIELDS, type LeafWords } from "./shapes.ts";

/** Counts from here on have a byte of their own. */
const MUCH = 63;

/** About four bytes a word: how far its hash is from the one before it, then field and count. */
export function writeLeafWords(to: ByteWriter, { hashes, fields, counts, lengths }: LeafWords): void {
  for (const [index] of FIELDS.entries()) to.number(lengths[index] ?? 0);
  to.number(hashes.length);
  let before = 0;
  for (let index = 0; index < hashes.length; index++) {
    const hash = hashes[index] ?? 0;
    const count = counts[index] ?? 0;
    to.number(hash - before);
    to.byte((fields[index] ?? 0) | (Math.min(count, MUCH) << 2));
    if (count >= MUCH) to.byte(count);
    before = hash;
  }
}

export function readLeafWords(from: ByteReader): LeafWords {
  const lengths = FIELDS.map(() => from.number());
  const size = from.count();
  const hashes = new Uint32Array(size);
  const fields = new Uint8Array(size);
  const counts = new Uint8Array(size);
  let hash = 0;
  for (let index = 0; index < size; index++) {
    hash += from.number();
    const both = from.byte();
    hashes[index] = hash;
    fields[index] = both & 3;
    counts[index] = both >> 2 < MUCH ? both >> 2 : from.byte();
  }
  return { hashes, fields, counts, lengths };
}
