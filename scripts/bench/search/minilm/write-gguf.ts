/** Numbers of GGUF's own types. */
const TYPE = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const ALIGNMENT = 32;
const VERSION = 3;

export type Value =
  | { readonly kind: "u32" | "f32"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  | { readonly kind: "i32s"; readonly value: readonly number[] };

export const TENSOR_TYPE = { f32: 0, q8_0: 8 } as const;

export interface StoredTensor {
  readonly name: string;
  /** Outermost first, as everywhere but in the file. */
  readonly shape: readonly number[];
  readonly type: keyof typeof TENSOR_TYPE;
  readonly bytes: Buffer;
}

/** A GGUF file: what it says of itself, where its tensors are, the tensors. */
export function writeGguf(meta: Readonly<Record<string, Value>>, tensors: readonly StoredTensor[]): Buffer {
  const entries = Object.entries(meta);
  const head = [Buffer.from("GGUF"), u32(VERSION), u64(tensors.length), u64(entries.length)];
  for (const [key, value] of entries) head.push(text(key), ...encode(value));
  let offset = 0;
  for (const { name, shape, type, bytes } of tensors) {
    const dimensions = shape.toReversed().map(u64);
    head.push(text(name), u32(shape.length), ...dimensions, u32(TENSOR_TYPE[type]), u64(offset));
    offset += padded(bytes.length);
  }
  const header = Buffer.concat(head);
  const data = tensors.flatMap(({ bytes }) => [bytes, padding(bytes.length)]);
  return Buffer.concat([header, padding(header.length), ...data]);
}

const BLOCK = 32;

/** Numbers as q8_0: blocks of 32, each a scale as half a float and a byte a number. Rows must be whole blocks. */
export function quantize(values: Float32Array): Buffer {
  if (values.length % BLOCK !== 0) throw new Error("q8_0 stores blocks of 32 numbers");
  const bytes = Buffer.alloc((values.length / BLOCK) * (BLOCK + 2));
  for (let block = 0; block < values.length / BLOCK; block++) {
    const numbers = values.subarray(block * BLOCK, (block + 1) * BLOCK);
    const scale = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0) / 127;
    const at = block * (BLOCK + 2);
    bytes.writeUInt16LE(halfOf(scale), at);
    numbers.forEach((number, index) => {
      bytes.writeInt8(scale === 0 ? 0 : Math.round(number / scale), at + 2 + index);
    });
  }
  return bytes;
}

/** The bits of a number as half a float, rounded to the nearest; for scales, which are neither huge nor negative. */
export function halfOf(number: number): number {
  const bits = Buffer.alloc(4);
  bits.writeFloatLE(number);
  const whole = bits.readUInt32LE();
  const exponent = ((whole >>> 23) & 0xff) - 127 + 15;
  const fraction = whole & 0x7f_ff_ff;
  if (exponent <= 0) return exponent < -10 ? 0 : rounded((fraction | 0x80_00_00) >>> (1 - exponent), 0);
  return rounded(fraction, exponent);
}

function rounded(fraction: number, exponent: number): number {
  const half = (exponent << 10) | (fraction >>> 13);
  const rest = fraction & 0x1f_ff;
  const up = rest > 0x10_00 || (rest === 0x10_00 && (half & 1) === 1);
  return up ? half + 1 : half;
}

function encode(value: Value): Buffer[] {
  switch (value.kind) {
    case "u32":
      return [u32(TYPE.u32), u32(value.value)];
    case "f32":
      return [u32(TYPE.f32), f32(value.value)];
    case "bool":
      return [u32(TYPE.bool), Buffer.from([value.value ? 1 : 0])];
    case "string":
      return [u32(TYPE.string), text(value.value)];
    case "strings":
      return [...arrayOf(TYPE.string, value.value.length), ...value.value.map(text)];
    case "i32s":
      return [...arrayOf(TYPE.i32, value.value.length), ...value.value.map(i32)];
    default:
      return value satisfies never;
  }
}

function arrayOf(type: number, length: number): Buffer[] {
  return [u32(TYPE.array), u32(type), u64(length)];
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function padded(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function padding(length: number): Buffer {
  return Buffer.alloc(padded(length) - length);
}
