import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { ListWriter } from "./posting-list.ts";
import { SegmentWriter, shiftFor } from "./segment-writer.ts";
import type { CountedKeys } from "./packed-file.ts";

/** Collects the words of the units of one transaction, which become one segment. */
export class SegmentBuilder {
  /** Of each word: unit, count, unit, count ... */
  readonly #lists = new Map<number, number[]>();
  #first = 0;
  #end = 0;
  #units = 0;

  /** Units come in ascending order; the id before those of a file stands for the file, with the names that it refers to. */
  add(unit: number, { keys, counts }: CountedKeys): void {
    if (this.#units === 0) this.#first = unit;
    this.#end = unit + 1;
    this.#units += 1;
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] ?? 0;
      const count = counts[index] ?? 0;
      const list = this.#lists.get(key);
      if (list === undefined) this.#lists.set(key, [unit, count]);
      else list.push(unit, count);
    }
  }

  /** Writes the segment, when there is a unit at all. */
  save(db: Sqlite): void {
    if (this.#units === 0) return;
    const lists = this.#lists.size;
    const shift = shiftFor(lists);
    const segment = addSegment(db, { first: this.#first, end: this.#end, units: this.#units, lists, shift });
    const writer = new SegmentWriter(db, segment, shift);
    const to = new ListWriter();
    for (const key of Uint32Array.from(this.#lists.keys()).sort()) {
      const list = this.#lists.get(key) ?? [];
      to.begin(this.#first);
      for (let index = 0; index < list.length; index += 2) to.add(list[index] ?? 0, list[index + 1] ?? 0);
      writer.add(key, to.take());
    }
    writer.end();
  }
}

/** A segment that comes behind all others: its units, and how its lists are stored. */
interface NewSegment {
  readonly first: number;
  readonly end: number;
  readonly units: number;
  readonly lists: number;
  readonly shift: number;
}

/** Returns its id, which is above all others. */
export function addSegment(db: Sqlite, { first, end, units, lists, shift }: NewSegment): number {
  const sql = `INSERT INTO segments SELECT coalesce(max(id), 0) + 1, ?, ?, ?, 0, ?, ? FROM segments RETURNING id`;
  return db.get<{ id: number }>(sql, first, end, units, lists, shift)?.id ?? 0;
}
