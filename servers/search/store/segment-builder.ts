import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import type { Reference } from "../parse/shapes.ts";
import { nameKey } from "./lists.ts";
import { ListWriter } from "./posting-list.ts";
import { SegmentWriter, shiftFor } from "./segment-writer.ts";
import { FIELDS, type Field, type NewLeaf } from "./shapes.ts";

/** What a word counts by where it stands, in halves. The doc comment is in the body already. */
const WEIGHTS: Readonly<Record<Field, number>> = { body: 2, symbol: 6, signature: 1, doc: 0 };
const PATH_WEIGHT = 3;
const MOST = 255;

/** Collects the words of the units of one transaction, which become one segment. */
export class SegmentBuilder {
  /** Of each word: unit, count, unit, count ... */
  readonly #lists = new Map<number, number[]>();
  #first = 0;
  #end = 0;
  #units = 0;

  /** Units come in ascending order. `path`: hashes of the words of its path. */
  add(unit: number, leaves: readonly NewLeaf[], path: readonly number[]): void {
    const counts = new Map<number, number>();
    for (const hash of path) counts.set(hash, (counts.get(hash) ?? 0) + PATH_WEIGHT);
    for (const { words } of leaves) {
      for (let index = 0; index < words.hashes.length; index++) {
        const hash = words.hashes[index] ?? 0;
        const weight = WEIGHTS[FIELDS[words.fields[index] ?? 0] ?? "body"];
        counts.set(hash, (counts.get(hash) ?? 0) + weight * (words.counts[index] ?? 0));
      }
    }
    this.#addAll(unit, counts);
  }

  /** Names that a file refers to; `self` is the id that stands for the file, before those of its units. */
  addNames(self: number, references: readonly Reference[]): void {
    const counts = new Map<number, number>();
    for (const { name } of references) {
      const key = nameKey(name);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    this.#addAll(self, counts);
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

  #addAll(unit: number, counts: ReadonlyMap<number, number>): void {
    if (this.#units === 0) this.#first = unit;
    this.#end = unit + 1;
    this.#units += 1;
    for (const [key, sum] of counts) {
      const count = Math.max(1, Math.min(MOST, sum));
      const list = this.#lists.get(key);
      if (list === undefined) this.#lists.set(key, [unit, count]);
      else list.push(unit, count);
    }
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
