import { instantiate, ownMemory, PAGE, type WasmMemory } from "../../../shared/wasm/engine.ts";
import { SIMD_MODULE } from "./simd-module.ts";

const LANES = 16;

/** Many vectors of bytes in a row, and how a query's products with all of them are computed. */
export interface Products {
  /** Puts a vector at a place; makes room for it. */
  set(place: number, vector: Int8Array): void;
  /** A copy. */
  get(place: number): Int8Array;
  /** Products of the first `count` vectors with a query. Holds until the next call. */
  of(query: Int8Array, count: number): Int32Array;
}

/** With the processor's vector instructions where WebAssembly has them. */
export function createProducts(dimensions: number): Products {
  return SimdProducts.create(dimensions) ?? new PlainProducts(dimensions);
}

/** The same in JavaScript. */
export class PlainProducts implements Products {
  readonly #dimensions: number;
  #vectors = new Int8Array(0);
  #products = new Int32Array(0);

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
  }

  set(place: number, vector: Int8Array): void {
    const end = (place + 1) * this.#dimensions;
    if (end > this.#vectors.length) {
      const vectors = new Int8Array(Math.max(PAGE, end * 1.5));
      vectors.set(this.#vectors);
      this.#vectors = vectors;
    }
    this.#vectors.set(vector, place * this.#dimensions);
  }

  get(place: number): Int8Array {
    return this.#vectors.slice(place * this.#dimensions, (place + 1) * this.#dimensions);
  }

  of(query: Int8Array, count: number): Int32Array {
    if (this.#products.length < count) this.#products = new Int32Array(count);
    for (let place = 0; place < count; place++) {
      const at = place * this.#dimensions;
      let sum = 0;
      for (let index = 0; index < this.#dimensions; index++)
        sum += (query[index] ?? 0) * (this.#vectors[at + index] ?? 0);
      this.#products[place] = sum;
    }
    return this.#products.subarray(0, count);
  }
}

/** The memory holds the query, all vectors, and behind them their products. */
class SimdProducts implements Products {
  readonly #dimensions: number;
  readonly #stride: number;
  readonly #memory: WasmMemory;
  readonly #compute: (...addresses: number[]) => void;

  private constructor(dimensions: number, memory: WasmMemory, compute: (...addresses: number[]) => void) {
    this.#dimensions = dimensions;
    this.#stride = Math.ceil(dimensions / LANES) * LANES;
    this.#memory = memory;
    this.#compute = compute;
  }

  static create(dimensions: number): SimdProducts | undefined {
    const memory = ownMemory();
    const compute = memory && instantiate(SIMD_MODULE, memory);
    return compute && new SimdProducts(dimensions, memory, compute);
  }

  set(place: number, vector: Int8Array): void {
    const at = (place + 1) * this.#stride;
    this.#room(at + this.#stride);
    new Int8Array(this.#memory.buffer, at, this.#stride).fill(0).set(vector);
  }

  get(place: number): Int8Array {
    return new Int8Array(this.#memory.buffer, (place + 1) * this.#stride, this.#dimensions).slice();
  }

  of(query: Int8Array, count: number): Int32Array {
    if (count === 0) return new Int32Array(0);
    const end = (count + 1) * this.#stride;
    this.#room(end + count * Int32Array.BYTES_PER_ELEMENT);
    new Int8Array(this.#memory.buffer, 0, this.#stride).fill(0).set(query);
    this.#compute(0, this.#stride, end, this.#stride, end);
    return new Int32Array(this.#memory.buffer, end, count);
  }

  #room(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    // a little more each time, since every growth may copy all
    if (missing > 0) this.#memory.grow(Math.ceil((missing + this.#memory.buffer.byteLength / 4) / PAGE));
  }
}
