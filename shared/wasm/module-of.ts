/** Of one function without a result: what its code is given and has of its own, and the code. */
interface WasmFunction {
  readonly name: string;
  /** How many numbers of 32 bits it is given. */
  readonly parameters: number;
  /** The function's own variables by number of variables and type, then its code. */
  readonly body: readonly number[];
  /** Whether the memory is one that threads share. */
  readonly isShared: boolean;
}

export const I32 = 0x7f;
export const V128 = 0x7b;
export const LOOP = [0x03, 0x40];
export const AGAIN_IF_BELOW = [0x49, 0x0d, 0];
export const DONE = 0x0b;
export const ADD = 0x6a;
export const LOAD_16 = [0xfd, 0, 4, 0];
/** Of sixteen bytes with a sign, the first and the last eight, as numbers of 16 bits. */
export const WIDEN_LOW = [0xfd, 0x87, 1];
export const WIDEN_HIGH = [0xfd, 0x88, 1];

const MEMORY_IMPORT = 2;
/** One page at least, and as many as can be at most, which only a shared memory has to say. */
const OWN_LIMITS = [0, 1];
const SHARED_LIMITS = [3, 1, 0x80, 0x80, 4];

export function get(local: number): number[] {
  return [0x20, local];
}

export function set(local: number): number[] {
  return [0x21, local];
}

/** Sets it and keeps the value at hand. */
export function tee(local: number): number[] {
  return [0x22, local];
}

/** A number below 64. */
export function constant(value: number): number[] {
  return [0x41, value];
}

/** A WebAssembly module that imports its memory as `store.memory` and exports one function; for what is too short for a compiler. */
export function moduleOf({ name, parameters, body, isShared }: WasmFunction): Uint8Array {
  const types = Array.from({ length: parameters }, () => I32);
  const limits = isShared ? SHARED_LIMITS : OWN_LIMITS;
  return Uint8Array.from(
    [
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, [1, 0x60, parameters, ...types, 0]),
      section(2, [1, ...text("store"), ...text("memory"), MEMORY_IMPORT, ...limits]),
      section(3, [1, 0]),
      section(7, [1, ...text(name), 0, 0]),
      section(10, [1, ...size(body.length), ...body]),
    ].flat(),
  );
}

function section(id: number, bytes: readonly number[]): number[] {
  return [id, ...size(bytes.length), ...bytes];
}

function size(length: number): number[] {
  return length < 128 ? [length] : [(length & 127) | 128, length >> 7];
}

function text(letters: string): number[] {
  return [letters.length, ...Buffer.from(letters)];
}
