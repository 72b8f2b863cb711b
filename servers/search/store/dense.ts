import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";

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

/** 127 stands for 1 in each of two factors. */
const ONE = 127 * 127;

/** All vectors of one index, kept in memory and brought up to date by what changed. */
export class VectorScan {
  #vectors = new Int8Array(0);
  /** Unit and file of each place; unit 0 is a place that nobody has. */
  #units = new Float64Array(0);
  #files = new Float64Array(0);
  #size = 0;
  #free = 0;
  #dimensions = 0;
  #change = 0;
  #isFresh = false;
  readonly #places = new Map<number, { readonly first: number; readonly count: number }>();

  /** The next `update` has something to read. */
  expire(): void {
    this.#isFresh = false;
  }

  /** Reads what was written since the last time. */
  update(db: Sqlite): void {
    if (this.#isFresh) return;
    this.#isFresh = true;
    const sql = `SELECT v.file, v.change, v.first_unit, v.vectors, coalesce(f.units, 0) AS units
      FROM vectors v LEFT JOIN files f ON f.id = v.file WHERE v.change > ? ORDER BY v.change`;
    for (const row of db.iterate<StoredVectors>(sql, this.#change)) {
      this.#drop(row.file);
      if (row.vectors.length > 0 && row.units > 0) this.#add(row);
      this.#change = row.change;
    }
  }

  /** Units nearest to `vector`, nearest first, in files that `isIn`; undefined without any vector. */
  nearest(vector: Int8Array, limit: number, isIn?: ReadonlySet<number>): Near[] | undefined {
    if (this.#size === this.#free || vector.length !== this.#dimensions) return undefined;
    const found: Near[] = [];
    for (let place = 0; place < this.#size; place++) {
      const unit = this.#units[place] ?? 0;
      if (unit === 0 || (isIn !== undefined && !isIn.has(this.#files[place] ?? 0))) continue;
      found.push({ unit, cosine: this.#product(vector, place) / ONE });
    }
    return found.sort((a, b) => b.cosine - a.cosine || a.unit - b.unit).slice(0, limit);
  }

  #product(vector: Int8Array, place: number): number {
    const at = place * this.#dimensions;
    let sum = 0;
    for (let index = 0; index < vector.length; index++)
      sum += (vector[index] ?? 0) * (this.#vectors[at + index] ?? 0);
    return sum;
  }

  #drop(file: number): void {
    const place = this.#places.get(file);
    if (place === undefined) return;
    this.#units.fill(0, place.first, place.first + place.count);
    this.#free += place.count;
    this.#places.delete(file);
  }

  #add({ file, first_unit, vectors, units }: StoredVectors): void {
    if (this.#size === 0) this.#dimensions = vectors.length / units;
    if (vectors.length !== units * this.#dimensions) return;
    this.#room(units);
    const first = this.#size;
    this.#vectors.set(new Int8Array(vectors), first * this.#dimensions);
    for (let index = 0; index < units; index++) {
      this.#units[first + index] = first_unit + index;
      this.#files[first + index] = file;
    }
    this.#places.set(file, { first, count: units });
    this.#size += units;
  }

  #room(more: number): void {
    const wanted = this.#size + more;
    if (wanted <= this.#units.length) return;
    const room = Math.max(1024, wanted, Math.ceil(this.#units.length * 1.5));
    this.#vectors = grown(new Int8Array(room * this.#dimensions), this.#vectors);
    this.#units = grown(new Float64Array(room), this.#units);
    this.#files = grown(new Float64Array(room), this.#files);
  }
}

function grown<T extends Int8Array | Float64Array>(to: T, from: T): T {
  to.set(from);
  return to;
}
