import { instantiate, PAGE } from "../wasm/engine.ts";
import { ROW_SUMS_MODULE } from "./row-sums-module.ts";
import type { TableData } from "./table-file.ts";
import { toUnitVector } from "./unit-vector.ts";

const LANES = 16;

/** Threads that may add rows of one table at once, each in a page of its own behind the table. */
const PLACES = 2;
export const SUM_BYTES = PLACES * PAGE;

/** Adds up rows of a table, each by a weight, in numbers of 32 bits: every step is rounded to them. */
export interface RowSums {
  add(row: number, weight: number): void;
  /** The direction of what was added; the next sum begins anew. Undefined when it has none. */
  take(): Int8Array | undefined;
}

/** With the processor's vector instructions where the table lies in memory for them. `place` is the thread's own. */
export function createRowSums(data: TableData, place: number): RowSums {
  return SimdRowSums.create(data, place) ?? new PlainRowSums(data);
}

/** The same in JavaScript, to the last bit. */
export class PlainRowSums implements RowSums {
  readonly #rows: Int8Array;
  readonly #sum: Float32Array;

  constructor({ rows, dimensions }: Pick<TableData, "rows" | "dimensions">) {
    this.#rows = rows;
    this.#sum = new Float32Array(dimensions);
  }

  add(row: number, weight: number): void {
    const sum = this.#sum;
    const start = row * sum.length;
    const rounded = Math.fround(weight);
    for (let index = 0; index < sum.length; index++)
      sum[index] = (sum[index] ?? 0) + Math.fround(rounded * (this.#rows[start + index] ?? 0));
  }

  take(): Int8Array | undefined {
    const vector = toUnitVector(this.#sum);
    this.#sum.fill(0);
    return vector;
  }
}

/** Lists rows and weights, and has all of a list added at once: a call takes as long as some rows. */
class SimdRowSums implements RowSums {
  readonly #addAll: (...addresses: number[]) => void;
  readonly #rowsAt: number;
  readonly #sum: Float32Array;
  /** Address, weight, address, weight ... */
  readonly #addresses: Uint32Array;
  readonly #weights: Float32Array;
  #listed = 0;

  private constructor(
    rowsAt: number,
    sum: Float32Array<SharedArrayBuffer>,
    addAll: (...addresses: number[]) => void,
  ) {
    this.#addAll = addAll;
    this.#rowsAt = rowsAt;
    this.#sum = sum.fill(0);
    const listAt = sum.byteOffset + sum.byteLength;
    const room = (PAGE - sum.byteLength) / Uint32Array.BYTES_PER_ELEMENT;
    this.#addresses = new Uint32Array(sum.buffer, listAt, room);
    this.#weights = new Float32Array(sum.buffer, listAt, room);
  }

  static create({ rows, dimensions, memory }: TableData, place: number): SimdRowSums | undefined {
    if (memory === undefined || dimensions % LANES > 0) return undefined;
    const addAll = instantiate(ROW_SUMS_MODULE, memory);
    if (addAll === undefined) return undefined;
    const at = memory.buffer.byteLength - (place + 1) * PAGE;
    return new SimdRowSums(rows.byteOffset, new Float32Array(memory.buffer, at, dimensions), addAll);
  }

  add(row: number, weight: number): void {
    if (this.#listed === this.#addresses.length) this.#run();
    this.#addresses[this.#listed] = this.#rowsAt + row * this.#sum.length;
    this.#weights[this.#listed + 1] = weight;
    this.#listed += 2;
  }

  take(): Int8Array | undefined {
    this.#run();
    const vector = toUnitVector(this.#sum);
    this.#sum.fill(0);
    return vector;
  }

  #run(): void {
    if (this.#listed === 0) return;
    const { byteOffset, BYTES_PER_ELEMENT } = this.#addresses;
    const end = byteOffset + this.#listed * BYTES_PER_ELEMENT;
    this.#addAll(byteOffset, end, this.#sum.byteOffset, this.#sum.length);
    this.#listed = 0;
  }
}
