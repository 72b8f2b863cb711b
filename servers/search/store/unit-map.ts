import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { ByteReader } from "./bytes.ts";
import { grown } from "./grown.ts";

interface StoredLengths {
  readonly file: number;
  readonly change: number;
  readonly first_unit: number;
  readonly lengths: Uint8Array;
  readonly is_gone: number;
}

/** What ranking by words needs of every unit, in memory: about ten bytes each. Files are in it under their own ids too. */
export class UnitMap {
  /** Words of each unit and one more; 0 for one that is gone. */
  lengths = new Uint32Array(0);
  /** File of each unit. */
  files = new Uint32Array(0);
  #ends = new Uint32Array(0);
  #firsts = new Uint32Array(0);
  #change = 0;
  #isFresh = false;
  #alive = 0;
  #words = 0;

  get alive(): number {
    return this.#alive;
  }

  /** Of a unit that is there. */
  get meanLength(): number {
    return this.#alive === 0 ? 1 : Math.max(1, this.#words / this.#alive);
  }

  readonly has = (unit: number): boolean => (this.lengths[unit] ?? 0) > 0;

  /** The next `update` has something to read. */
  expire(): void {
    this.#isFresh = false;
  }

  /** Reads what was written since the last time. */
  update(db: Sqlite): void {
    if (this.#isFresh) return;
    this.#isFresh = true;
    const sql = "SELECT * FROM lengths WHERE change > ? ORDER BY change";
    for (const row of db.iterate<StoredLengths>(sql, this.#change)) {
      this.#drop(row.file);
      this.#add(row);
      this.#change = row.change;
    }
  }

  #drop(file: number): void {
    const end = this.#ends[file] ?? 0;
    const first = this.#firsts[file] ?? 0;
    if (end > 0) this.lengths[first - 1] = 0;
    for (let unit = first; unit < end; unit++) {
      this.#words -= (this.lengths[unit] ?? 0) - 1;
      this.#alive -= 1;
      this.lengths[unit] = 0;
    }
    this.#ends[file] = 0;
  }

  #add({ file, first_unit, lengths, is_gone }: StoredLengths): void {
    if (is_gone === 1) return;
    const from = new ByteReader(lengths);
    this.#put(first_unit - 1, 1, file);
    let unit = first_unit;
    for (; !from.atEnd; unit++) {
      const length = from.number();
      this.#put(unit, length + 1, file);
      this.#words += length;
      this.#alive += 1;
    }
    this.#firsts = grown(this.#firsts, file + 1);
    this.#ends = grown(this.#ends, file + 1);
    this.#firsts[file] = first_unit;
    this.#ends[file] = unit;
  }

  #put(unit: number, length: number, file: number): void {
    this.lengths = grown(this.lengths, unit + 1);
    this.files = grown(this.files, unit + 1);
    this.lengths[unit] = length;
    this.files[unit] = file;
  }
}
