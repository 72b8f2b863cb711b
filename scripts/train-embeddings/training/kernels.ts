import {
  again,
  constant,
  F32,
  get,
  I32,
  lane,
  load,
  loadSplat,
  op,
  set,
  store,
  wasmModule,
} from "./wasm-code.ts";
import type { Code, WasmFunction } from "./wasm-code.ts";

/** What the kernels work in; threads may share it. */
export interface Memory {
  readonly buffer: SharedArrayBuffer;
}

declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => Memory;
  readonly Module: new (code: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Exports };
};

/** Rows and columns that `tile` does at once. */
const TILE_ROWS = 2;
const TILE_COLUMNS = 16;
const STEP = 16;
const PAGE = 65_536;
/** 4 GB, all that there can be. */
const PAGES_AT_MOST = 65_536;

interface Exports {
  tile(a: number, b: number, out: number, inner: number, rowA: number, rowB: number, rowOut: number): void;
  addScaled(from: number, to: number, length: number, scale: number): void;
  dot(a: number, b: number, length: number): number;
}

/** A matrix in the kernels' memory; `at` counts bytes. */
export interface Matrix {
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** With room for this many numbers, all zero. */
export function memoryFor(numbers: number): Memory {
  const pages = Math.ceil((numbers * 4 + STEP) / PAGE);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/**
 * The inner loops of training, four numbers at a time: JavaScript alone takes about five times as long. All matrices lie
 * in one memory, which is handed out and never taken back.
 */
export class Kernels {
  readonly #buffer: SharedArrayBuffer;
  readonly #exports: Exports;
  #used = STEP;

  constructor(memory: Memory) {
    this.#buffer = memory.buffer;
    const module = new WebAssembly.Module(wasmModule([tile(), addScaled(), dot()], PAGES_AT_MOST));
    this.#exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
  }

  /** Leaves room for this many numbers that are another thread's. */
  skip(numbers: number): void {
    this.#used += numbers * 4;
  }

  /** Rows and columns must be multiples of what a tile holds to be multiplied. */
  matrix(rows: number, columns: number): Matrix {
    const at = this.#used;
    this.#used += rows * columns * 4;
    return { at, rows, columns, values: new Float32Array(this.#buffer, at, rows * columns) };
  }

  /** out = a b */
  multiply(a: Matrix, b: Matrix, out: Matrix): void {
    for (let column = 0; column < b.columns; column += TILE_COLUMNS) {
      for (let row = 0; row < a.rows; row += TILE_ROWS) {
        this.#exports.tile(
          a.at + row * a.columns * 4,
          b.at + column * 4,
          out.at + (row * out.columns + column) * 4,
          a.columns,
          a.columns * 4,
          b.columns * 4,
          out.columns * 4,
        );
      }
    }
  }

  /** Row `to` of `out` += scale times row `from` of `matrix`. */
  addRow(matrix: Matrix, from: number, out: Matrix, to: number, scale: number): void {
    const { columns } = matrix;
    this.#exports.addScaled(matrix.at + from * columns * 4, out.at + to * columns * 4, columns, scale);
  }

  dotRows(a: Matrix, rowA: number, b: Matrix, rowB: number): number {
    const { columns } = a;
    return this.#exports.dot(a.at + rowA * columns * 4, b.at + rowB * columns * 4, columns);
  }
}

export function transpose(from: Matrix, to: Matrix): void {
  const { rows, columns, values } = from;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      to.values[column * rows + row] = values[row * columns + column] ?? 0;
    }
  }
}

/** Two rows of a product, 16 columns wide: eight sums stay in registers while the inner index runs. */
function tile(): WasmFunction {
  const [a, b, out, inner, rowA, rowB, rowOut] = [0, 1, 2, 3, 4, 5, 6];
  const [sums, columns, factor] = [7, 15, 19];
  const quarters = [0, 1, 2, 3];
  const addProduct = (sum: number, quarter: number): Code => [
    ...get(sum),
    ...get(factor),
    ...get(columns + quarter),
    ...op.f32x4Mul,
    ...op.f32x4Add,
    ...set(sum),
  ];
  return {
    name: "tile",
    parameters: [I32, I32, I32, I32, I32, I32, I32],
    vectors: 13,
    body: [
      op.loop,
      ...quarters.flatMap((quarter) => [get(b), load(quarter * 16), set(columns + quarter)]),
      get(a),
      loadSplat(0),
      set(factor),
      ...quarters.map((quarter) => addProduct(sums + quarter, quarter)),
      [...get(a), ...get(rowA), ...op.i32Add],
      loadSplat(0),
      set(factor),
      ...quarters.map((quarter) => addProduct(sums + 4 + quarter, quarter)),
      [...get(a), ...constant(4), ...op.i32Add, ...set(a)],
      [...get(b), ...get(rowB), ...op.i32Add, ...set(b)],
      [...get(inner), ...constant(1), ...op.i32Sub, ...set(inner)],
      [...get(inner), ...again()],
      op.end,
      ...quarters.flatMap((quarter) => [get(out), get(sums + quarter), store(quarter * 16)]),
      [...get(out), ...get(rowOut), ...op.i32Add, ...set(out)],
      ...quarters.flatMap((quarter) => [get(out), get(sums + 4 + quarter), store(quarter * 16)]),
    ],
  };
}

function addScaled(): WasmFunction {
  const [from, to, length, scale, factor] = [0, 1, 2, 3, 4];
  const quarters = [0, 1, 2, 3];
  return {
    name: "addScaled",
    parameters: [I32, I32, I32, F32],
    vectors: 1,
    body: [
      [...get(scale), ...op.f32x4Splat, ...set(factor)],
      op.loop,
      ...quarters.map((quarter) => [
        ...get(to),
        ...get(to),
        ...load(quarter * 16),
        ...get(from),
        ...load(quarter * 16),
        ...get(factor),
        ...op.f32x4Mul,
        ...op.f32x4Add,
        ...store(quarter * 16),
      ]),
      [...get(from), ...constant(64), ...op.i32Add, ...set(from)],
      [...get(to), ...constant(64), ...op.i32Add, ...set(to)],
      [...get(length), ...constant(STEP), ...op.i32Sub, ...set(length)],
      [...get(length), ...again()],
      op.end,
    ],
  };
}

function dot(): WasmFunction {
  const [a, b, length, sums] = [0, 1, 2, 3];
  const quarters = [0, 1, 2, 3];
  const sum = (index: number): Code => [...get(sums + index)];
  return {
    name: "dot",
    parameters: [I32, I32, I32],
    result: F32,
    vectors: 4,
    body: [
      op.loop,
      ...quarters.map((quarter) => [
        ...sum(quarter),
        ...get(a),
        ...load(quarter * 16),
        ...get(b),
        ...load(quarter * 16),
        ...op.f32x4Mul,
        ...op.f32x4Add,
        ...set(sums + quarter),
      ]),
      [...get(a), ...constant(64), ...op.i32Add, ...set(a)],
      [...get(b), ...constant(64), ...op.i32Add, ...set(b)],
      [...get(length), ...constant(STEP), ...op.i32Sub, ...set(length)],
      [...get(length), ...again()],
      op.end,
      [
        ...sum(0),
        ...sum(1),
        ...op.f32x4Add,
        ...sum(2),
        ...op.f32x4Add,
        ...sum(3),
        ...op.f32x4Add,
        ...set(sums),
      ],
      ...quarters.map((index) => [...sum(0), ...lane(index)]),
      op.f32Add,
      op.f32Add,
      op.f32Add,
    ],
  };
}
