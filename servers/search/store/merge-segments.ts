import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { ListWriter, readList } from "./posting-list.ts";
import { addSegment } from "./segment-builder.ts";
import { KEY_BITS, listsOfRow, SegmentWriter, shiftFor } from "./segment-writer.ts";

/** So many neighbours of about one size become one. */
const FAN = 8;
/** Segments of `FAN ** TOP` units and more stay as they are: merging them would take seconds. */
const TOP = 4;
/** A segment is written anew when so many of its units are dead, and more than half. */
const DEAD = 256;
/** Keys are spread evenly; they are merged in slices, so that little of a segment is in memory at once. */
const UNITS_A_SLICE = 2_000;
/** Neighbours have about so many of their words in common that this share is left of their sum. */
const DIFFERENT = 0.6;

/** Neighbouring units and their words; the order of ids is that of their units. */
interface Segment {
  readonly id: number;
  readonly first_unit: number;
  readonly end_unit: number;
  readonly units: number;
  readonly dead: number;
  readonly lists: number;
  readonly shift: number;
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
  const lists = Math.ceil(run.reduce((sum, each) => sum + each.lists, 0) * DIFFERENT);
  const shift = shiftFor(lists);
  const id = addSegment(db, { first, end, units, lists, shift });
  move(db, run, { id, first, shift });
  for (const each of run) {
    db.run("DELETE FROM segments WHERE id = ?", each.id);
  }
  db.run("DELETE FROM dead_units WHERE id >= ? AND id < ?", first, end);
}

/** In its place. */
function rewrite(db: Sqlite, segment: Segment): void {
  const { id, first_unit, end_unit } = segment;
  move(db, [segment], { id, first: first_unit, shift: segment.shift });
  db.run("UPDATE segments SET units = units - dead, dead = 0 WHERE id = ?", id);
  db.run("DELETE FROM dead_units WHERE id >= ? AND id < ?", first_unit, end_unit);
}

/** A list that is on its way, and where it came from. */
interface Moved {
  readonly key: number;
  readonly list: Uint8Array;
  readonly from: Segment;
}

interface Target {
  readonly id: number;
  readonly first: number;
  readonly shift: number;
}

/** Writes the lists of neighbouring segments as those of one, which may be the only one of them. */
function move(db: Sqlite, from: readonly Segment[], to: Target): void {
  const dead = deadIn(db, from);
  const units = from.reduce((sum, each) => sum + each.units, 0);
  const widest = Math.max(to.shift, ...from.map(({ shift }) => shift));
  // a slice holds whole rows of every segment
  const bits = Math.min(KEY_BITS - widest, Math.ceil(Math.log2(Math.max(1, units / UNITS_A_SLICE))));
  const writer = new SegmentWriter(db, to.id, to.shift);
  const list = new ListWriter();
  for (let slice = 0; slice < 2 ** bits; slice++) {
    const moved = from.flatMap((each) => takeSlice(db, each, { slice, bits }));
    moved.sort((a, b) => a.key - b.key || a.from.id - b.from.id);
    for (let at = 0; at < moved.length;) {
      const key = moved[at]?.key ?? 0;
      list.begin(to.first);
      for (; moved[at]?.key === key; at++) copy(moved[at], { dead, list });
      const bytes = list.take();
      if (bytes.length > 0) writer.add(key, bytes);
    }
    writer.end();
  }
  db.run("UPDATE segments SET lists = ? WHERE id = ?", writer.lists, to.id);
}

/** Reads and deletes the rows of one slice of all keys. */
function takeSlice(
  db: Sqlite,
  from: Segment,
  { slice, bits }: { readonly slice: number; readonly bits: number },
): Moved[] {
  const rows = 2 ** (KEY_BITS - bits - from.shift);
  const range = [from.id, slice * rows, (slice + 1) * rows];
  const where = "WHERE segment = ? AND bucket >= ? AND bucket < ?";
  type Row = { readonly bucket: number; readonly lists: Uint8Array };
  const stored = db.all<Row>(`SELECT bucket, lists FROM postings ${where} ORDER BY bucket`, ...range);
  db.run(`DELETE FROM postings ${where}`, ...range);
  return stored.flatMap(({ bucket, lists }) =>
    Array.from(listsOfRow(lists, bucket << from.shift), ([key, list]) => ({ key, list, from })),
  );
}

function copy(
  moved: Moved | undefined,
  { dead, list }: { readonly dead: ReadonlySet<number>; readonly list: ListWriter },
): void {
  if (moved === undefined) return;
  const room = moved.list.length >> 1;
  const into = { units: new Uint32Array(room), counts: new Uint8Array(room) };
  const isIn = (unit: number): boolean => !dead.has(unit);
  const end = readList(moved.list, moved.from.first_unit, { into, at: 0, isIn });
  for (let place = 0; place < end; place++) list.add(into.units[place] ?? 0, into.counts[place] ?? 0);
}

function deadIn(db: Sqlite, segments: readonly Segment[]): ReadonlySet<number> {
  const sql = "SELECT id FROM dead_units WHERE id >= ? AND id < ?";
  return new Set(db.column<number>(sql, segments[0]?.first_unit ?? 0, segments.at(-1)?.end_unit ?? 0));
}
