import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { ByteWriter } from "./bytes.ts";
import type { Counters } from "./counters.ts";
import { killUnits } from "./merge-segments.ts";
import type { SegmentBuilder } from "./segment-builder.ts";
import type { PackedFile } from "./packed-file.ts";
import type { FileStamp, SkipReason } from "./shapes.ts";

/** What the steps of one transaction share. */
export interface Writing {
  readonly db: Sqlite;
  readonly counters: Counters;
  /** Number of the transaction. */
  readonly change: number;
  readonly words: SegmentBuilder;
}

/** A file that belongs into the index and has no text in it. */
export interface SkippedFile {
  readonly path: string;
  readonly stamp: Partial<FileStamp>;
  readonly why: SkipReason;
}

interface OldFile {
  readonly id: number;
  readonly skipped: string | null;
  readonly first_unit: number;
  readonly units: number;
  readonly first_definition: number;
  readonly definitions: number;
  readonly leaves: number;
  readonly lengths: string;
}

/** Removes all that is known of a path; returns its id, or null when there was none. */
export function dropFile({ db, counters, change }: Writing, path: string): number | null {
  const old = db.get<OldFile>("SELECT * FROM files WHERE path = ?", path);
  if (old === undefined) return null;
  const { id, units, leaves } = old;
  db.run("DELETE FROM files WHERE id = ?", id);
  if (old.skipped !== null) return id;
  db.run("DELETE FROM units WHERE id >= ? AND id < ?", old.first_unit, old.first_unit + units);
  killUnits(db, old.first_unit - 1, units + 1);
  const end = old.first_definition + old.definitions;
  db.run("DELETE FROM definitions WHERE id >= ? AND id < ?", old.first_definition, end);
  db.run("DELETE FROM uses WHERE file = ?", id);
  db.run("DELETE FROM imports WHERE file = ?", id);
  // empty rows tell readers what went
  db.run("UPDATE lengths SET change = ?, lengths = x'', is_gone = 1 WHERE file = ?", change, id);
  db.run("UPDATE vectors SET change = ?, vectors = x'' WHERE file = ?", change, id);
  const lengths: unknown = JSON.parse(old.lengths);
  counters.addFile({ units, leaves, lengths: Array.isArray(lengths) ? lengths.map(Number) : [] }, -1);
  return id;
}

/** Writes a file whose path has no rows; `id` as `dropFile` returned it. */
export function writeFile(writing: Writing, file: PackedFile, id: number | null): void {
  const { db, counters } = writing;
  const { sums } = file;
  const firstUnit = counters.take("next_unit", file.units.length + 1) + 1;
  const firstDefinition = counters.take("next_definition", file.definitions.length);
  const row = db.get<{ id: number }>(
    "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?) RETURNING id",
    id,
    file.path,
    file.stamp.size,
    file.stamp.mtimeNs,
    file.stamp.hash,
    file.language,
    file.cut,
    file.role,
    file.errors,
    file.lines,
    firstUnit,
    sums.units,
    firstDefinition,
    file.definitions.length,
    sums.leaves,
    JSON.stringify(sums.lengths),
  );
  const known = row?.id ?? 0;
  writeUnits(writing, { ...file, id: known, firstUnit });
  writeDefinitions(writing, { ...file, id: known, firstDefinition });
  db.run("INSERT INTO uses VALUES (?, ?)", known, file.uses);
  writeImports(writing, known, file);
  counters.addFile(sums, 1);
}

/** As `writeFile`, for a file that is not indexed. */
export function writeSkipped({ db }: Writing, { path, stamp, why }: SkippedFile, id: number | null): void {
  db.run(
    "INSERT INTO files VALUES (?, ?, ?, ?, ?, '', '', 'code', 0, 0, ?, 0, 0, 0, 0, 0, '[]')",
    id,
    path,
    stamp.size ?? 0,
    stamp.mtimeNs ?? "",
    stamp.hash ?? "",
    why,
  );
}

function writeUnits(
  { db, change, words }: Writing,
  { id, firstUnit, units, names, vectors }: PackedFile & { readonly id: number; readonly firstUnit: number },
): void {
  words.add(firstUnit - 1, names);
  const lengths = new ByteWriter();
  for (const [index, { startLine, endLine, leaves, words: counted, length }] of units.entries()) {
    const unit = firstUnit + index;
    db.run("INSERT INTO units VALUES (?, ?, ?, ?, ?)", unit, id, startLine, endLine, leaves);
    words.add(unit, counted);
    lengths.number(length);
  }
  db.run("INSERT OR REPLACE INTO lengths VALUES (?, ?, ?, ?, 0)", id, change, firstUnit, lengths.take());
  if (vectors.length > 0)
    db.run("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", id, change, firstUnit, vectors);
}

function writeDefinitions(
  { db }: Writing,
  {
    id,
    definitions,
    firstDefinition,
  }: PackedFile & { readonly id: number; readonly firstDefinition: number },
): void {
  for (const [index, each] of definitions.entries())
    db.run(
      "INSERT INTO definitions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      firstDefinition + index,
      id,
      each.name,
      each.scope,
      each.kind,
      each.startLine,
      each.endLine,
      each.nameLine,
      each.signature,
      each.docLine,
      each.doc,
      each.parent < 0 ? null : firstDefinition + each.parent,
      each.exported ? 1 : 0,
    );
}

function writeImports({ db }: Writing, id: number, { imports }: PackedFile): void {
  for (const [position, { source, line, names }] of imports.entries()) {
    db.run("INSERT OR IGNORE INTO sources (source) VALUES (?)", source);
    db.run(
      "INSERT INTO imports SELECT ?, ?, id, ?, ? FROM sources WHERE source = ?",
      id,
      position,
      line,
      JSON.stringify(names),
      source,
    );
  }
}
