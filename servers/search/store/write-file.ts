import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { wordsOf } from "../../../shared/words/words-of.ts";
import { wordHash } from "../../../shared/words/word-hash.ts";
import { ByteWriter } from "./bytes.ts";
import type { Counters, FileSums } from "./counters.ts";
import { killUnits } from "./merge-segments.ts";
import type { SegmentBuilder } from "./segment-builder.ts";
import { FIELDS, type FileStamp, type NewFile, type NewUnit, type SkipReason } from "./shapes.ts";
import { packReferences } from "./stored-references.ts";
import { writeLeaves } from "./stored-leaves.ts";

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
export function writeFile(writing: Writing, file: NewFile, id: number | null): void {
  const { db, counters } = writing;
  const firstUnit = counters.take("next_unit", file.units.length + 1) + 1;
  const firstDefinition = counters.take("next_definition", file.definitions.length);
  const sums = sumsOf(file.units);
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
  db.run("INSERT INTO uses VALUES (?, ?)", known, packReferences(file.references));
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

function sumsOf(units: readonly NewUnit[]): FileSums {
  const leaves = units.flatMap((unit) => unit.leaves);
  const lengths = FIELDS.map((_, field) =>
    leaves.reduce((sum, { words }) => sum + (words.lengths[field] ?? 0), 0),
  );
  return { units: units.length, leaves: leaves.length, lengths };
}

function writeUnits(
  { db, change, words }: Writing,
  { id, path, firstUnit, units, references }: NewFile & { readonly id: number; readonly firstUnit: number },
): void {
  const pathWords = wordsOf(path).map(wordHash);
  words.addNames(firstUnit - 1, references);
  const lengths = new ByteWriter();
  for (const [index, { startLine, endLine, leaves }] of units.entries()) {
    const unit = firstUnit + index;
    db.run("INSERT INTO units VALUES (?, ?, ?, ?, ?)", unit, id, startLine, endLine, writeLeaves(leaves));
    words.add(unit, leaves, pathWords);
    lengths.number(leaves.reduce((sum, leaf) => sum + (leaf.words.lengths[0] ?? 0), 0));
  }
  db.run("INSERT OR REPLACE INTO lengths VALUES (?, ?, ?, ?, 0)", id, change, firstUnit, lengths.take());
  const vectors = joinVectors(units);
  if (vectors.length > 0)
    db.run("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", id, change, firstUnit, vectors);
}

/** All vectors of a file one behind the other; a unit without one has zeros. */
function joinVectors(units: readonly NewUnit[]): Uint8Array {
  const dimensions = units.find(({ vector }) => vector !== undefined)?.vector?.length ?? 0;
  const joined = new Int8Array(units.length * dimensions);
  for (const [index, { vector }] of units.entries())
    if (vector !== undefined) joined.set(vector, index * dimensions);
  return new Uint8Array(joined.buffer);
}

function writeDefinitions(
  { db }: Writing,
  { id, definitions, firstDefinition }: NewFile & { readonly id: number; readonly firstDefinition: number },
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

function writeImports({ db }: Writing, id: number, { imports }: NewFile): void {
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
