import {
  ADD,
  AGAIN_IF_BELOW,
  constant,
  DONE,
  get,
  I32,
  LOAD_16,
  LOOP,
  moduleOf,
  set,
  tee,
  V128,
  WIDEN_HIGH,
  WIDEN_LOW,
} from "../wasm/module-of.ts";

/*
 * A WebAssembly module of one function, `add(list, end, sum, dimensions)`: adds rows of bytes to a sum of numbers of 32 bits
 * with a fraction, each by its weight. The list holds a row's address and its weight, one after the other; there is one at
 * least, and `dimensions` is a multiple of 16.
 */
const LIST = 0;
const END = 1;
const SUM = 2;
const DIMENSIONS = 3;
const ROW = 4;
const ROW_END = 5;
const TO = 6;
const WEIGHT = 7;
const BYTES = 8;

const LOAD = [0x28, 2, 0];
/** The number behind the address, four times. */
const LOAD_WEIGHT = [0xfd, 9, 2, 4];
const WIDEN_LOW_4 = [0xfd, 0xa7, 1];
const WIDEN_HIGH_4 = [0xfd, 0xa8, 1];
const TO_FRACTIONS = [0xfd, 0xfa, 1];
const LOAD_AT = [0xfd, 0, 4];
const STORE_AT = [0xfd, 0x0b, 4];
const MULTIPLY_4 = [0xfd, 0xe6, 1];
const ADD_4 = [0xfd, 0xe4, 1];

/** Adds four of sixteen bytes, `at` many bytes of the sum behind the first four. */
function addFour(at: number, ...widen: readonly number[]): number[] {
  return [
    [...get(TO), ...get(TO), ...LOAD_AT, at],
    [...get(WEIGHT), ...get(BYTES), ...widen, ...TO_FRACTIONS, ...MULTIPLY_4],
    [...ADD_4, ...STORE_AT, at],
  ].flat();
}

const BODY = [
  [2, 3, I32, 2, V128],
  LOOP,
  [...get(LIST), ...LOAD, ...tee(ROW), ...get(DIMENSIONS), ADD, ...set(ROW_END)],
  [...get(LIST), ...LOAD_WEIGHT, ...set(WEIGHT), ...get(SUM), ...set(TO)],
  LOOP,
  [...get(ROW), ...LOAD_16, ...set(BYTES)],
  addFour(0, ...WIDEN_LOW, ...WIDEN_LOW_4),
  addFour(16, ...WIDEN_LOW, ...WIDEN_HIGH_4),
  addFour(32, ...WIDEN_HIGH, ...WIDEN_LOW_4),
  addFour(48, ...WIDEN_HIGH, ...WIDEN_HIGH_4),
  [...get(TO), ...constant(32), ADD, ...constant(32), ADD, ...set(TO)],
  [...get(ROW), ...constant(16), ADD, ...tee(ROW), ...get(ROW_END), ...AGAIN_IF_BELOW, DONE],
  [...get(LIST), ...constant(8), ADD, ...tee(LIST), ...get(END), ...AGAIN_IF_BELOW, DONE],
  [DONE],
].flat();

export const ROW_SUMS_MODULE = moduleOf({ name: "add", parameters: 4, body: BODY, isShared: true });
