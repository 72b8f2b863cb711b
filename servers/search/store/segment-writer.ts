import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";

/** All keys of lists are below two to this power; those of names begin in the middle. */
export const KEY_BITS = 27;
/** A row for each list would be slow to write and to merge, so about this many neighbours share one. */
const LISTS_A_ROW = 16;

/** How far keys are shifted to the right to tell the row of their list, for a segment of so many lists. */
export function shiftFor(lists: number): number {
  const bits = Math.ceil(Math.log2(Math.max(1, lists / LISTS_A_ROW)));
  return KEY_BITS - Math.max(1, Math.min(KEY_BITS, bits));
}

/** Writes the lists of one segment, given by ascending keys, several in a row of the table. */
export class SegmentWriter {
  readonly #db: Sqlite;
  readonly #segment: number;
  readonly #shift: number;
  readonly #row = new ByteWriter();
  #bucket = -1;
  #before = 0;
  #lists = 0;

  constructor(db: Sqlite, segment: number, shift: number) {
    this.#db = db;
    this.#segment = segment;
    this.#shift = shift;
  }

  /** How many lists there are. */
  get lists(): number {
    return this.#lists;
  }

  add(key: number, list: Uint8Array): void {
    const bucket = key >>> this.#shift;
    if (bucket !== this.#bucket) {
      this.end();
      this.#bucket = bucket;
      this.#before = bucket << this.#shift;
    }
    this.#row.number(key - this.#before);
    this.#row.number(list.length);
    this.#row.raw(list);
    this.#before = key;
    this.#lists += 1;
  }

  /** Writes what is left. */
  end(): void {
    const lists = this.#row.take();
    if (lists.length > 0)
      this.#db.run("INSERT INTO postings VALUES (?, ?, ?)", this.#segment, this.#bucket, lists);
  }
}

/** Every list of a row, with its key; `first` is the least key that the row may hold. */
export function* listsOfRow(row: Uint8Array, first: number): Generator<readonly [number, Uint8Array]> {
  const from = new ByteReader(row);
  let key = first;
  while (!from.atEnd) {
    key += from.number();
    yield [key, from.raw(from.number())];
  }
}

/** The list of one key in its row; undefined when it is not there. */
export function listInRow(
  row: Uint8Array,
  { first, key }: { readonly first: number; readonly key: number },
): Uint8Array | undefined {
  const from = new ByteReader(row);
  let at = first;
  while (!from.atEnd) {
    at += from.number();
    const list = from.raw(from.number());
    if (at >= key) return at === key ? list : undefined;
  }
  return undefined;
}
