import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { KEYS } from "./lists.ts";
import { ListWriter, readList } from "./posting-list.ts";
import { addSegment } from "./segment-builder.ts";

/** So many neighbours of about one size become one. */
const FAN = 8;
/** Segments of `FAN ** TOP` units and more stay as they are: merging them would take seconds. */
const TOP = 4;
/** A segment is written anew when so many of its units are dead, and more than half. */
const DEAD = 256;
/** Keys are spread evenly; they are merged in slices, so that little of a segment is in memory at once. */
const UNITS_A_SLICE = 2_000;

/** Neighbouring units and their words; the order of ids is that of their units. */
interface Segment {
  readonly id: number;
  readonly first_unit: number;
  readonly end_unit: number;
  readonly units: number;
  readonly dead: number;
}

/** Marks units of one file as dead; they leave their segment when it is merged. */
export function killUnits(db: Sqlite, first: number, count: number): void {
  if (count === 0) return;
  for (let unit = first; unit < first + count; unit++) db.run("INSERT INTO dead_units (id) VALUES (?)", unit);
  const sql = "UPDATE segments SET dead = dead + ? WHERE first_unit <= ? AND end_unit > ?";
  db.run(sql, count, first, first);
}

/** Keeps segments few and mostly alive, whatever the order of changes; each unit is moved a few times in its life. */
export function tidySegments(db: Sqlite): void {
  for (const { id, units, dead, first_unit, end_unit } of segmentsOf(db)) {
    if (units === dead) {
      db.run("DELETE FROM segments WHERE id = ?", id);
      db.run("DELETE FROM postings WHERE segment = ?", id);
      db.run("DELETE FROM dead_units WHERE id >= ? AND id < ?", first_unit, end_unit);
    }
  }
  for (const each of segmentsOf(db)) if (each.dead >= DEAD && each.dead * 2 > each.units) rewrite(db, each);
  for (;;) {
    const run = lastRun(segmentsOf(db));
    if (run.length < FAN) return;
    merge(db, run);
  }
}

function segmentsOf(db: Sqlite): Segment[] {
  return db.all<Segment>("SELECT * FROM segments ORDER BY id");
}

/** The last segments that are not larger than the very last, by powers of `FAN`. */
function lastRun(segments: readonly Segment[]): readonly Segment[] {
  const last = segments.at(-1);
  if (last === undefined || levelOf(last) >= TOP) return [];
  const before = segments.findLastIndex((each) => levelOf(each) > levelOf(last));
  return segments.slice(before + 1);
}

function levelOf({ units, dead }: Segment): number {
  return Math.floor(Math.log(units - dead) / Math.log(FAN) + 1e-9);
}

function merge(db: Sqlite, run: readonly Segment[]): void {
  const first = run[0]?.first_unit ?? 0;
  const end = run.at(-1)?.end_unit ?? 0;
  const units = run.reduce((sum, each) => sum + each.units - each.dead, 0);
  const id = addSegment(db, { first, end, units });
  move(db, run, { id, first });
  for (const each of run) {
    db.run("DELETE FROM postings WHERE segment = ?", each.id);
    db.run("DELETE FROM segments WHERE id = ?", each.id);
  }
  db.run("DELETE FROM dead_units WHERE id >= ? AND id < ?", first, end);
}

/** In its place. */
function rewrite(db: Sqlite, segment: Segment): void {
  const { id, first_unit, end_unit } = segment;
  move(db, [segment], { id, first: first_unit });
  db.run("UPDATE segments SET units = units - dead, dead = 0 WHERE id = ?", id);
  db.run("DELETE FROM dead_units WHERE id >= ? AND id < ?", first_unit, end_unit);
}

interface StoredList {
  readonly segment: number;
  readonly word: number;
  readonly list: Uint8Array;
}

function move(
  db: Sqlite,
  from: readonly Segment[],
  to: { readonly id: number; readonly first: number },
): void {
  const firsts = new Map(from.map(({ id, first_unit }) => [id, first_unit]));
  const dead = deadIn(db, from);
  const slices = Math.ceil(from.reduce((sum, { units }) => sum + units, 0) / UNITS_A_SLICE);
  const sql = `SELECT segment, word, list FROM postings WHERE segment IN (SELECT value FROM json_each(?))
    AND word >= ? AND word < ?`;
  const ids = JSON.stringify([...firsts.keys()]);
  const writer = new ListWriter();
  for (let slice = 0; slice < slices; slice++) {
    const rows = db.all<StoredList>(sql, ids, slice * (KEYS / slices), (slice + 1) * (KEYS / slices));
    rows.sort((a, b) => a.word - b.word || a.segment - b.segment);
    for (let at = 0; at < rows.length;) {
      const word = rows[at]?.word ?? 0;
      let after = at;
      writer.begin(to.first);
      for (; rows[after]?.word === word; after++) copy(rows[after], { firsts, dead, writer });
      at = after;
      const list = writer.take();
      if (list.length > 0) db.run("INSERT OR REPLACE INTO postings VALUES (?, ?, ?)", to.id, word, list);
      else db.run("DELETE FROM postings WHERE segment = ? AND word = ?", to.id, word);
    }
  }
}

function copy(
  row: StoredList | undefined,
  {
    firsts,
    dead,
    writer,
  }: {
    readonly firsts: ReadonlyMap<number, number>;
    readonly dead: ReadonlySet<number>;
    readonly writer: ListWriter;
  },
): void {
  if (row === undefined) return;
  const room = row.list.length >> 1;
  const into = { units: new Uint32Array(room), counts: new Uint8Array(room) };
  const first = firsts.get(row.segment) ?? 0;
  const end = readList(row.list, first, { into, at: 0, isIn: (unit) => !dead.has(unit) });
  for (let place = 0; place < end; place++) writer.add(into.units[place] ?? 0, into.counts[place] ?? 0);
}

function deadIn(db: Sqlite, segments: readonly Segment[]): ReadonlySet<number> {
  const sql = "SELECT id FROM dead_units WHERE id >= ? AND id < ?";
  return new Set(db.column<number>(sql, segments[0]?.first_unit ?? 0, segments.at(-1)?.end_unit ?? 0));
}
