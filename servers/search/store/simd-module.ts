/*
 * A WebAssembly module of one function, `products(query, vectors, end, stride, out)`: the product of a query with each of
 * many vectors of bytes, sixteen bytes at a time, each as a number of 32 bits from `out` on. All are addresses in the
 * imported memory; `stride`, the length of a vector, is a multiple of 16; there is one vector at least.
 *
 * By hand, since it is this short, and thirty times as fast as the same loop in JavaScript.
 */
const QUERY = 0;
const VECTORS = 1;
const END = 2;
const STRIDE = 3;
const OUT = 4;
const SUM = 5;
const AT = 6;
const LEFT = 7;
const RIGHT = 8;

const I32 = 0x7f;
const V128 = 0x7b;
const LOOP = [0x03, 0x40];
const AGAIN_IF_BELOW = [0x49, 0x0d, 0];
const DONE = 0x0b;
const ADD = 0x6a;
const STORE = [0x36, 2, 0];
const LOAD_16 = [0xfd, 0, 4, 0];
const ZEROS = [0xfd, 12, ...Array.from({ length: 16 }, () => 0)];
const WIDEN_LOW = [0xfd, 0x87, 1];
const WIDEN_HIGH = [0xfd, 0x88, 1];
const MULTIPLY_PAIRS = [0xfd, 0xba, 1];
const ADD_4 = [0xfd, 0xae, 1];

function get(local: number): number[] {
  return [0x20, local];
}

function set(local: number): number[] {
  return [0x21, local];
}

/** Sets it and keeps the value at hand. */
function tee(local: number): number[] {
  return [0x22, local];
}

/** A number below 64. */
function constant(value: number): number[] {
  return [0x41, value];
}

function lane(index: number): number[] {
  return [...get(SUM), 0xfd, 0x1b, index];
}

/** Adds the products of eight of the sixteen bytes to the sum. */
function addHalf(widen: readonly number[]): number[] {
  return [
    ...get(SUM),
    ...get(LEFT),
    ...widen,
    ...get(RIGHT),
    ...widen,
    ...MULTIPLY_PAIRS,
    ...ADD_4,
    ...set(SUM),
  ];
}

const BODY = [
  [3, 1, V128, 1, I32, 2, V128],
  LOOP,
  [...ZEROS, ...set(SUM), ...constant(0), ...set(AT)],
  LOOP,
  [...get(QUERY), ...get(AT), ADD, ...LOAD_16, ...set(LEFT)],
  [...get(VECTORS), ...get(AT), ADD, ...LOAD_16, ...set(RIGHT)],
  [...addHalf(WIDEN_LOW), ...addHalf(WIDEN_HIGH)],
  [...get(AT), ...constant(16), ADD, ...tee(AT), ...get(STRIDE), ...AGAIN_IF_BELOW, DONE],
  [...get(OUT), ...lane(0), ...lane(1), ADD, ...lane(2), ADD, ...lane(3), ADD, ...STORE],
  [...get(OUT), ...constant(4), ADD, ...set(OUT)],
  [...get(VECTORS), ...get(STRIDE), ADD, ...tee(VECTORS), ...get(END), ...AGAIN_IF_BELOW, DONE],
  [DONE],
].flat();

function section(id: number, bytes: readonly number[]): number[] {
  return [id, ...size(bytes.length), ...bytes];
}

function size(length: number): number[] {
  return length < 128 ? [length] : [(length & 127) | 128, length >> 7];
}

function text(letters: string): number[] {
  return [letters.length, ...Buffer.from(letters)];
}

/** Imports `store.memory`, exports `products`. */
export const SIMD_MODULE = Uint8Array.from(
  [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]),
    section(2, [1, ...text("store"), ...text("memory"), 2, 0, 1]),
    section(3, [1, 0]),
    section(7, [1, ...text("products"), 0, 0]),
    section(10, [1, ...size(BODY.length), ...BODY]),
  ].flat(),
);
