import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { wordHash } from "../../../shared/words/word-hash.ts";
import { readList, type PostingList } from "./posting-list.ts";
import { KEY_BITS, listInRow, listsOfRow } from "./segment-writer.ts";
import { UnitMap } from "./unit-map.ts";

/** Lists of words that are asked again and again, such as those of every sentence, are kept until so many entries. */
const KEPT = 2_000_000;
/** Words are hashes of 26 bits; names that files refer to come behind them. */
const NAMES = 2 ** (KEY_BITS - 1);

const NOWHERE: PostingList = { units: new Uint32Array(0), counts: new Uint8Array(0) };

interface StoredRow {
  readonly key: number;
  readonly bucket: number;
  readonly shift: number;
  readonly first_unit: number;
  readonly lists: Uint8Array;
}

/** A list as it is stored, and the first unit of its segment. */
interface Part {
  readonly first: number;
  readonly list: Uint8Array;
}

/** Under what number a word's list is stored. */
export function wordKey(word: string): number {
  return wordHash(word);
}

/** Under what number the list of files that refer to a name is stored. Two names may share one. */
export function nameKey(name: string): number {
  return NAMES + wordHash(name);
}

/** What lies in the lists of words and names, without units and files that are gone. */
export class Lists {
  readonly units = new UnitMap();
  readonly #kept = new Map<number, PostingList>();
  #size = 0;

  /** Something was written. */
  expire(): void {
    this.units.expire();
    this.#kept.clear();
    this.#size = 0;
  }

  /** The list of each key. */
  of(db: Sqlite, keys: readonly number[]): PostingList[] {
    this.units.update(db);
    if (this.#size > KEPT) {
      this.#kept.clear();
      this.#size = 0;
    }
    const wanted = [...new Set(keys)].filter((key) => !this.#kept.has(key));
    if (wanted.length > 0) this.#load(db, wanted);
    return keys.map((key) => this.#kept.get(key) ?? NOWHERE);
  }

  /** Every list of names with its key, in pieces; not kept. */
  *names(db: Sqlite): Generator<readonly [number, PostingList]> {
    this.units.update(db);
    const sql = `SELECT 0 AS key, p.bucket, s.shift, s.first_unit, p.lists FROM segments s CROSS JOIN postings p
      ON p.segment = s.id AND p.bucket >= ${NAMES} >> s.shift`;
    for (const { bucket, shift, first_unit: first, lists } of db.iterate<StoredRow>(sql))
      for (const [key, list] of listsOfRow(lists, bucket << shift))
        yield [key, this.#join([{ first, list }])];
  }

  #load(db: Sqlite, wanted: readonly number[]): void {
    const sql = `SELECT k.value AS key, p.bucket, s.shift, s.first_unit, p.lists
      FROM segments s CROSS JOIN json_each(?) k CROSS JOIN postings p
      ON p.segment = s.id AND p.bucket = k.value >> s.shift ORDER BY s.id`;
    const found = new Map<number, Part[]>(wanted.map((key) => [key, []]));
    for (const row of db.iterate<StoredRow>(sql, JSON.stringify(wanted))) {
      const { key, bucket, shift, first_unit: first } = row;
      const list = listInRow(row.lists, { first: bucket << shift, key });
      if (list !== undefined) found.get(key)?.push({ first, list });
    }
    for (const [key, parts] of found) {
      const list = this.#join(parts);
      this.#kept.set(key, list);
      this.#size += list.units.length;
    }
  }

  #join(parts: readonly Part[]): PostingList {
    const room = parts.reduce((sum, { list }) => sum + (list.length >> 1), 0);
    const into = { units: new Uint32Array(room), counts: new Uint8Array(room) };
    let at = 0;
    for (const { list, first } of parts) at = readList(list, first, { into, at, isIn: this.units.has });
    return { units: into.units.subarray(0, at), counts: into.counts.subarray(0, at) };
  }
}
