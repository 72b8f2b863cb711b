import type { NewFile } from "./shapes.ts";

/** What one file adds to the sums of an index. */
export interface FileSums {
  readonly units: number;
  readonly leaves: number;
  /** Words of each field, in the order of `FIELDS`. */
  readonly lengths: readonly number[];
}

/** Keys of word lists, each once, and how much each counts, from 1 to 255. */
export interface CountedKeys {
  readonly keys: Uint32Array;
  readonly counts: Uint8Array;
}

/** A file in the forms that are stored, as `packFile` makes it. */
export interface PackedFile extends Omit<NewFile, "units" | "references"> {
  readonly sums: FileSums;
  readonly uses: Uint8Array;
  /** Names that it refers to. */
  readonly names: CountedKeys;
  readonly units: readonly PackedUnit[];
  /** Of all units, one behind the other; empty without a table. */
  readonly vectors: Uint8Array;
}

interface PackedUnit {
  readonly startLine: number;
  readonly endLine: number;
  readonly leaves: Uint8Array;
  readonly words: CountedKeys;
  /** How many words its body has. */
  readonly length: number;
}
