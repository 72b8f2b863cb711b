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

/** What the marks behind names mean, for those kinds that nobody guesses. */
export function legendOf(entries: readonly WalkEntry[]): string[] {
  const meanings = { link: "@ link", fifo: "| FIFO", socket: "= socket", device: "% device" } as const;
  return Object.entries(meanings)
    .filter(([kind]) => entries.some((entry) => entry.kind === kind))
    .map(([, meaning]) => meaning);
}

/** One entry by its whole path, with its mark, and its size where it is known. */
export function pathLine(entry: WalkEntry): string {
  return lineOf(entry.path, entry);
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
      .map((name, index) => `${" ".repeat(shared + index)}${printable(name)}/ …\n`);
    open = entry.kind === "directory" ? names : parents;
    return repeated.join("") + " ".repeat(parents.length) + lineOf(names.at(-1) ?? "", entry);
  });
}

function lineOf(name: string, { kind, size }: WalkEntry): string {
  const shown = printable(name) + MARKS[kind];
  return size === undefined || kind === "directory" ? shown : `${shown}  ${size}`;
}

/** A name that could be taken for more than one line, or for nothing, is quoted as in JSON. */
function printable(name: string): string {
  return /[\p{Cc}\p{Zl}\p{Zp}]|^["\s]|\s$/u.test(name) ? JSON.stringify(name) : name;
}

function commonStart(one: readonly string[], other: readonly string[]): number {
  const differs = other.findIndex((name, index) => one[index] !== name);
  return differs === -1 ? other.length : differs;
}
