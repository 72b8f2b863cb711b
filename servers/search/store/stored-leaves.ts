import { ByteReader, ByteWriter } from "./bytes.ts";
import { readLeafWords, writeLeafWords } from "./leaf-words.ts";
import type { LeafWords, NewLeaf } from "./shapes.ts";

/** A leaf as it lies in the row of its unit. */
export interface StoredLeaf {
  readonly startLine: number;
  readonly endLine: number;
  /** Place among the definitions of its file; -1 for filler. */
  readonly definition: number;
  readonly words: LeafWords;
  readonly vector?: Int8Array;
}

/** All leaves of a unit as one value: a candidate is read whole or not at all. */
export function writeLeaves(leaves: readonly NewLeaf[]): Uint8Array {
  const to = new ByteWriter();
  to.number(leaves.length);
  for (const { startLine, endLine, definition, words, vector } of leaves) {
    to.number(startLine);
    to.signed(endLine - startLine);
    to.signed(definition);
    writeLeafWords(to, words);
    to.number(vector?.length ?? 0);
    if (vector !== undefined) to.raw(vector);
  }
  return to.take();
}

/** Throws `MisreadError` for what `writeLeaves` did not write. */
export function readLeaves(bytes: Uint8Array): StoredLeaf[] {
  const from = new ByteReader(bytes);
  const count = from.count();
  const leaves: StoredLeaf[] = [];
  for (let index = 0; index < count; index++) {
    const startLine = from.number();
    const endLine = startLine + from.signed();
    const definition = from.signed();
    const words = readLeafWords(from);
    const dimensions = from.count();
    const vector = new Int8Array(from.raw(dimensions));
    const leaf = { startLine, endLine, definition, words };
    leaves.push(dimensions === 0 ? leaf : { ...leaf, vector });
  }
  return leaves;
}
