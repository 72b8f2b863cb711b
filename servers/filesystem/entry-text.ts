import type { EntryKind } from "../../shared/workspace/entry.ts";
import type { WalkEntry } from "../../shared/workspace/walk-request.ts";

const MARKS = {
  file: "",
  directory: "/",
  link: "@",
  fifo: "|",
  socket: "=",
  device: "%",
  unknown: "?",
} as const satisfies Record<EntryKind, string>;

const ROW = 10;
/** Names of which nothing else has to be asked. */
const PLAIN = /^[\w.@+/-]+$/;

/** What the marks behind names mean, for those kinds that nobody guesses. */
export function legendOf(entries: readonly WalkEntry[]): string[] {
  const meanings = { link: "@ link", fifo: "| FIFO", socket: "= socket", device: "% device" } as const;
  const kinds = new Set<string>();
  for (const { kind } of entries) if (kind !== "file" && kind !== "directory") kinds.add(kind);
  return Object.entries(meanings)
    .filter(([kind]) => kinds.has(kind))
    .map(([, meaning]) => meaning);
}

/** Entries by their whole paths, each with its mark and its size where it is known, on a line of its own. */
export function pathLines(entries: readonly WalkEntry[]): string[] {
  return entries.map((entry) => `\n${lineOf(entry.path, entry)}`);
}

/** As `pathLines` for very many, ten on a line: a line break costs twice as much as a space on its way. */
export function pathRows(entries: readonly WalkEntry[]): string[] {
  return entries.map((entry, index) => (index % ROW === 0 ? "\n" : " ") + wordOf(entry));
}

/**
 * Entries in tree order as an indented tree, one line each. A directory that an earlier page showed is repeated
 * with an ellipsis, above the first of its entries on this page, in the same string.
 */
export function treeLines(entries: readonly WalkEntry[]): string[] {
  let open: readonly string[] = [];
  return entries.map((entry) => {
    const names = entry.path.split("/");
    const parents = names.slice(0, -1);
    const shared = commonStart(open, parents);
    const repeated = parents
      .slice(shared)
      .map((name, index) => `\n${" ".repeat(shared + index)}${printable(name)}/ …`);
    open = entry.kind === "directory" ? names : parents;
    return `${repeated.join("")}\n${" ".repeat(parents.length)}${lineOf(names.at(-1) ?? "", entry)}`;
  });
}

/** As `lineOf`, quoted also when a space within could be taken for the end of a name. */
function wordOf(entry: WalkEntry): string {
  if (PLAIN.test(entry.path)) return entry.path + MARKS[entry.kind];
  const line = lineOf(entry.path, entry);
  return /\s/.test(line) ? JSON.stringify(entry.path) + MARKS[entry.kind] : line;
}

function lineOf(name: string, { kind, size }: WalkEntry): string {
  const shown = printable(name) + MARKS[kind];
  return size === undefined || kind === "directory" ? shown : `${shown}  ${size}`;
}

/** A name that could be taken for more than one line, or for nothing, is quoted as in JSON. */
export function printable(name: string): string {
  if (PLAIN.test(name)) return name;
  return /[\p{Cc}\p{Zl}\p{Zp}]|^["\s]|\s$/u.test(name) ? JSON.stringify(name) : name;
}

function commonStart(one: readonly string[], other: readonly string[]): number {
  const differs = other.findIndex((name, index) => one[index] !== name);
  return differs === -1 ? other.length : differs;
}
