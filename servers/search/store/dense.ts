import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { bestPlaces } from "./best-places.ts";
import { grown } from "./grown.ts";
import type { MaskedList } from "./within.ts";
import { createProducts, type Products } from "./products.ts";

/** A unit and how near it is. */
export interface Near {
  readonly unit: number;
  readonly cosine: number;
}

interface StoredVectors {
  readonly file: number;
  readonly change: number;
  readonly first_unit: number;
  readonly vectors: Uint8Array;
  readonly units: number;
}

/** Where the vectors of a file are. */
interface Place {
  readonly first: number;
  readonly count: number;
  readonly firstUnit: number;
}

/** 127 stands for 1 in each of two factors. */
const ONE = 127 * 127;
/** With more places free than taken it is time to read all anew. */
const SPARE = 1_000;

/** All vectors of one index, in memory (as many bytes as dimensions each), brought up to date by what changed. */
export class VectorScan {
  #products: Products | undefined;
  #dimensions = 0;
  /** Unit and file of each place; unit 0 is a place that nobody has. */
  #units = grown(new Uint32Array(0), 1);
  #files = grown(new Uint32Array(0), 1);
  #size = 0;
  #free = 0;
  #change = 0;
  #isFresh = false;
  readonly #places = new Map<number, Place>();

  /** The next `update` has something to read. */
  expire(): void {
    this.#isFresh = false;
  }

  /** Reads what was written since the last time. */
  update(db: Sqlite): void {
    if (this.#isFresh) return;
    this.#isFresh = true;
    this.#read(db);
    if (this.#free < SPARE || this.#free * 2 < this.#size) return;
    this.#places.clear();
    this.#size = this.#free = this.#change = 0;
    this.#read(db);
  }

  /** Of a unit of this file; undefined when it has none. `update` first. */
  vectorOf(file: number, unit: number): Int8Array | undefined {
    const place = this.#places.get(file);
    if (place === undefined || this.#products === undefined) return undefined;
    const at = place.first + unit - place.firstUnit;
    return this.#units[at] === unit ? this.#products.get(at) : undefined;
  }

  /** Units nearest to `vector`, nearest first, a list for each that is wanted; undefined without any vector. */
  nearest(vector: Int8Array, wanted: readonly MaskedList[]): Near[][] | undefined {
    if (this.#size === this.#free || vector.length !== this.#dimensions) return undefined;
    const products = this.#products?.of(vector, this.#size) ?? new Int32Array(0);
    return wanted.map(({ limit, isIn }) => {
      const fits = (place: number): boolean =>
        this.#units[place] !== 0 && (isIn === undefined || isIn[this.#files[place] ?? 0] === 1);
      const best = bestPlaces(products, { limit, floor: -Infinity, fits });
      return best.map((place) => ({
        unit: this.#units[place] ?? 0,
        cosine: (products[place] ?? 0) / ONE,
      }));
    });
  }

  #read(db: Sqlite): void {
    const sql = `SELECT v.file, v.change, v.first_unit, v.vectors, coalesce(f.units, 0) AS units
      FROM vectors v LEFT JOIN files f ON f.id = v.file WHERE v.change > ? ORDER BY v.change`;
    for (const row of db.iterate<StoredVectors>(sql, this.#change)) {
      this.#drop(row.file);
      if (row.vectors.length > 0 && row.units > 0) this.#add(row);
      this.#change = row.change;
    }
  }

  #drop(file: number): void {
    const place = this.#places.get(file);
    if (place === undefined) return;
    this.#units.fill(0, place.first, place.first + place.count);
    this.#free += place.count;
    this.#places.delete(file);
  }

  #add({ file, first_unit, vectors, units }: StoredVectors): void {
    this.#products ??= createProducts((this.#dimensions = vectors.length / units));
    if (vectors.length !== units * this.#dimensions) return;
    const all = new Int8Array(vectors.buffer, vectors.byteOffset, vectors.length);
    const first = this.#size;
    this.#units = grown(this.#units, first + units);
    this.#files = grown(this.#files, first + units);
    for (let index = 0; index < units; index++) {
      const vector = all.subarray(index * this.#dimensions, (index + 1) * this.#dimensions);
      this.#products.set(first + index, vector);
      // one of zeros is none, and near to nothing
      this.#units[first + index] = vector.some((each) => each !== 0) ? first_unit + index : 0;
      this.#files[first + index] = file;
    }
    this.#places.set(file, { first, count: units, firstUnit: first_unit });
    this.#size += units;
  }
}
