import { isUtf8 } from "node:buffer";
import { quotedPath } from "../../text/quoted-path.ts";
import type { FileDiff } from "../shapes.ts";
import { plainWords } from "./word-diff.ts";

/** One file as `--raw` and `--numstat` tell it. */
export interface DiffEntry {
  status: string;
  readonly path: string;
  readonly from?: string;
  readonly oldMode: string;
  newMode: string;
  /** From `--numstat`; left out when it was not asked for. */
  counts?: Counts;
}

interface Counts {
  readonly added: number;
  readonly deleted: number;
  readonly binary: boolean;
}

/** Patches by the entry that they belong to; a file that became another type has two. */
export type Sections = ReadonlyMap<DiffEntry, readonly Buffer[]>;

const NUL = 0;
const COLON = 0x3a;
const NEXT = Buffer.from("\ndiff --git ");
const UNMERGED = Buffer.from("\n* Unmerged path ");
const HUNK = Buffer.from("\n@@ ");
const SUBMODULE = "160000";

/**
 * Reads what `git diff -z --raw [--numstat] [--patch]` printed. Of output that was cut the last patch is left out.
 * Patches are told apart by lines that no contents can fake: each line of contents has a sign before it, and names
 * with control characters are quoted.
 */
export function parseDiff(
  bytes: Buffer,
  isCut: boolean,
): { readonly entries: readonly DiffEntry[]; readonly sections: Sections } {
  const reader = { bytes, at: 0 };
  const records = readRaw(reader);
  readCounts(reader, records);
  const entries = merged(records);
  // one NUL stands between the records and the patches
  return { entries, sections: readPatches(bytes.subarray(reader.at + 1), entries, isCut) };
}

/** True for a submodule on the side that is compared with. */
export function isSubmodule({ newMode }: DiffEntry): boolean {
  return newMode === SUBMODULE;
}

/** A file with its patch as git wrote it, but without the `index` line; words are marked as `--word-diff` does. */
export function fileOf(entry: DiffEntry, sections: readonly Buffer[] | undefined, words: boolean): FileDiff {
  const { status, path, from } = entry;
  const about = { status, path, ...(from === undefined ? {} : { from }) };
  if (sections === undefined)
    return { ...about, ...(entry.counts ?? { added: 0, deleted: 0, binary: false }) };
  const parts = sections.map((section) => partOf(section, words));
  const counts = entry.counts ?? {
    added: sum(parts.map(({ added }) => added)),
    deleted: sum(parts.map(({ deleted }) => deleted)),
    binary: parts.some(({ binary }) => binary),
  };
  if (counts.binary) return { ...about, ...counts };
  return { ...about, ...counts, patch: parts.map(({ text }) => text).join("") };
}

interface Reader {
  readonly bytes: Buffer;
  at: number;
}

/** The text up to the next NUL; undefined when the output was cut before it. */
function field(reader: Reader): string | undefined {
  const end = reader.bytes.indexOf(NUL, reader.at);
  if (end === -1) return undefined;
  const text = reader.bytes.toString("utf8", reader.at, end);
  reader.at = end + 1;
  return text;
}

function readRaw(reader: Reader): DiffEntry[] {
  const entries: DiffEntry[] = [];
  while (reader.bytes[reader.at] === COLON) {
    const [oldMode = "", newMode = "", , , letters = ""] = (field(reader) ?? "").slice(1).split(" ");
    const status = letters.charAt(0);
    const first = field(reader);
    const second = status === "R" || status === "C" ? field(reader) : undefined;
    if (first === undefined) break;
    const paths = second === undefined ? { path: first } : { from: first, path: second };
    entries.push({ status, ...paths, oldMode, newMode });
  }
  return entries;
}

/** In the order of the records before it. */
function readCounts(reader: Reader, entries: readonly DiffEntry[]): void {
  for (const entry of entries) {
    if (!/[\d-]/u.test(String.fromCharCode(reader.bytes[reader.at] ?? NUL))) return;
    const [added = "", deleted = "", path] = (field(reader) ?? "").split("\t");
    if (path === "") {
      field(reader);
      field(reader);
    }
    entry.counts = { added: Number(added) || 0, deleted: Number(deleted) || 0, binary: added === "-" };
  }
}

/** A path with a conflict comes twice: as unmerged, and as what our side became in the working tree. */
function merged(entries: readonly DiffEntry[]): DiffEntry[] {
  const kept: DiffEntry[] = [];
  for (const entry of entries) {
    const before = kept.at(-1);
    if (before?.status !== "U" || before.path !== entry.path) kept.push(entry);
    else Object.assign(before, { newMode: entry.newMode, counts: entry.counts });
  }
  return kept;
}

function readPatches(bytes: Buffer, entries: readonly DiffEntry[], isCut: boolean): Sections {
  const byHeader = new Map(entries.map((entry) => [headerOf(entry), entry]));
  const found = new Map<DiffEntry, Buffer[]>();
  const starts = startsIn(bytes);
  for (const [index, start] of starts.entries()) {
    const next = starts[index + 1];
    if (next === undefined && isCut) break;
    const section = bytes.subarray(start, next ?? bytes.length);
    const entry = byHeader.get(section.toString("utf8", 0, section.indexOf("\n")));
    if (entry === undefined) continue;
    const end = section.indexOf(UNMERGED);
    const own = end === -1 ? section : section.subarray(0, end + 1);
    found.set(entry, [...(found.get(entry) ?? []), own]);
  }
  return found;
}

function startsIn(bytes: Buffer): number[] {
  const starts = bytes.indexOf(NEXT.subarray(1)) === 0 ? [0] : [];
  for (let at = bytes.indexOf(NEXT); at !== -1; at = bytes.indexOf(NEXT, at + 1)) starts.push(at + 1);
  return starts;
}

function headerOf({ path, from = path }: DiffEntry): string {
  return `diff --git ${quotedPath(`a/${from}`)} ${quotedPath(`b/${path}`)}`;
}

function partOf(section: Buffer, words: boolean): Counts & { readonly text: string } {
  const hunks = section.indexOf(HUNK);
  const head = section.toString("utf8", 0, hunks === -1 ? section.length : hunks + 1);
  const lines = head.split("\n").filter((line) => !line.startsWith("index "));
  if (hunks === -1) {
    const binary = lines.some((line) => line.startsWith("Binary files "));
    return { added: 0, deleted: 0, binary, text: lines.join("\n") };
  }
  const body = section.subarray(hunks + 1);
  // contents that are no UTF-8 are shown byte by byte, so that none is lost
  const text = body.toString(isUtf8(body) ? "utf8" : "latin1");
  const shown = words ? plainWords(text) : text;
  return { ...countsOf(text), binary: false, text: lines.join("\n") + shown };
}

function countsOf(hunks: string): { added: number; deleted: number } {
  let added = 0;
  let deleted = 0;
  for (let at = 0; at < hunks.length; at = hunks.indexOf("\n", at) + 1) {
    if (hunks[at] === "+") added += 1;
    else if (hunks[at] === "-") deleted += 1;
    if (hunks.indexOf("\n", at) === -1) break;
  }
  return { added, deleted };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
