/** The few instructions of WebAssembly that the kernels need, by their codes in the binary format. */
export const op = {
  loop: [0x03, 0x40],
  end: [0x0b],
  i32Sub: [0x6b],
  i32Add: [0x6a],
  f32Add: [0x92],
  f32x4Add: [0xfd, 0xe4, 0x01],
  f32x4Mul: [0xfd, 0xe6, 0x01],
  f32x4Splat: [0xfd, 0x13],
  v128Zero: [0xfd, 0x0c, ...Array.from({ length: 16 }, () => 0)],
} as const;

export type Code = readonly number[];

/** A memory's kind: shared, with a largest size. */
const SHARED = 0x03;
/** Magic and version. */
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export const I32 = 0x7f;
export const F32 = 0x7d;
const V128 = 0x7b;

export function get(local: number): Code {
  return [0x20, ...unsigned(local)];
}

export function set(local: number): Code {
  return [0x21, ...unsigned(local)];
}

export function constant(value: number): Code {
  return [0x41, ...signed(value)];
}

/** Jumps to the start of the innermost loop when the number on the stack is not 0. */
export function again(): Code {
  return [0x0d, 0];
}

export function load(offset: number): Code {
  return [0xfd, 0x00, 0, ...unsigned(offset)];
}

export function loadSplat(offset: number): Code {
  return [0xfd, 0x09, 2, ...unsigned(offset)];
}

export function store(offset: number): Code {
  return [0xfd, 0x0b, 0, ...unsigned(offset)];
}

export function lane(index: number): Code {
  return [0xfd, 0x1f, index];
}

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly result?: number;
  /** How many locals of 16 bytes follow the parameters. */
  readonly vectors: number;
  readonly body: readonly Code[];
}

/** A module of these functions, which imports a memory that threads may share as `env.memory`. */
export function wasmModule(functions: readonly WasmFunction[], mostPages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    ...list(parameters.map((type) => [type])),
    ...list(result === undefined ? [] : [[result]]),
  ]);
  const bodies = functions.map(({ vectors, body }) => {
    const locals = vectors === 0 ? [] : [[...unsigned(vectors), V128]];
    return bytes([...list(locals), ...body.flat(), ...op.end]);
  });
  const memory = [...text("env"), ...text("memory"), 0x02, SHARED, ...unsigned(1), ...unsigned(mostPages)];
  return new Uint8Array([
    ...HEADER,
    ...section(1, types),
    ...section(2, [memory]),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]),
    ),
    ...section(10, bodies),
  ]);
}

function section(id: number, items: readonly Code[]): Code {
  return [id, ...bytes(list(items))];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function bytes(code: Code): Code {
  return [...unsigned(code.length), ...code];
}

function text(value: string): Code {
  return bytes([...Buffer.from(value)]);
}

function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const last = (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40);
  return last ? [low] : [low | 0x80, ...signed(rest)];
}
