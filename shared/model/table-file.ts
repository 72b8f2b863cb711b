import { createHash } from "node:crypto";
import type { WasmMemory } from "../wasm/engine.ts";

/** What the file of a static table begins with; another form has another name. */
const MAGIC = "plumtbl1";
const SUM_BYTES = 32;
const HEAD_BYTES = MAGIC.length + SUM_BYTES;
const COUNTS_BYTES = 12;

/** A static table as it lies in its file. */
export interface TableData {
  readonly words: readonly string[];
  readonly dimensions: number;
  /** One row a word, one byte a dimension. */
  readonly rows: Int8Array;
  /** What a word's row counts by in a query, before the word's rarity in the index. The rows' scale is part of it. */
  readonly queryWeights: Float32Array;
  /** The same for code, with the word's rarity in all code in it. */
  readonly codeWeights: Float32Array;
  /** What the rows lie in, with room behind for sums of them; undefined where it is no memory of WebAssembly. */
  readonly memory?: WasmMemory<SharedArrayBuffer> | undefined;
}

export type Decoded =
  | { readonly kind: "table"; readonly data: TableData; readonly checksum: string }
  | { readonly kind: "broken"; readonly problem: string };

/** Takes a table's file apart. What is cut off or changed is told, never thrown. */
export function decodeTable(bytes: Uint8Array): Decoded {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.toString("latin1", 0, MAGIC.length) !== MAGIC) return broken("it is not a table of this version");
  if (file.length < HEAD_BYTES + COUNTS_BYTES) return broken("it is cut off");
  const content = file.subarray(HEAD_BYTES);
  const sum = sha256(content);
  if (!sum.equals(file.subarray(MAGIC.length, HEAD_BYTES))) return broken("its checksum is wrong");
  const [size = 0, dimensions = 0, textBytes = 0] = [0, 4, 8].map((at) => content.readUInt32LE(at));
  const weightsAt = COUNTS_BYTES + textBytes;
  const rowsAt = weightsAt + size * 8;
  if (content.length !== rowsAt + size * dimensions) return broken("its parts do not fit");
  const words = content.toString("utf8", COUNTS_BYTES, weightsAt).split("\n");
  if (words.length !== size) return broken("its words do not fit its rows");
  const data = {
    words,
    dimensions,
    rows: new Int8Array(content.buffer, content.byteOffset + rowsAt, size * dimensions),
    queryWeights: floats(content.subarray(weightsAt, weightsAt + size * 4)),
    codeWeights: floats(content.subarray(weightsAt + size * 4, rowsAt)),
  };
  return { kind: "table", data, checksum: sum.toString("hex") };
}

/** The file of a table: magic, sha256 of the rest, then numbers of words, dimensions and bytes of words, words, weights, rows. */
export function encodeTable({ words, dimensions, rows, queryWeights, codeWeights }: TableData): Buffer {
  const text = Buffer.from(words.join("\n"));
  const counts = Buffer.alloc(COUNTS_BYTES);
  for (const [index, count] of [words.length, dimensions, text.length].entries())
    counts.writeUInt32LE(count, index * 4);
  const content = Buffer.concat([
    counts,
    text,
    bytesOf(queryWeights),
    bytesOf(codeWeights),
    new Uint8Array(rows),
  ]);
  return Buffer.concat([Buffer.from(MAGIC), sha256(content), content]);
}

function broken(problem: string): Decoded {
  return { kind: "broken", problem };
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

// by hand, since they need not lie at a multiple of four, and a machine may read numbers the other way round
function floats(bytes: Buffer): Float32Array {
  const values = new Float32Array(bytes.length / 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let index = 0; index < values.length; index++) values[index] = view.getFloat32(index * 4, true);
  return values;
}

function bytesOf(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes;
}
