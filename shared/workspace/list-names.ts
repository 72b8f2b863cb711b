import { opendirSync, type Dir } from "node:fs";
import { worded } from "./contain-errors.ts";
import { kindOf, type EntryKind } from "./entry.ts";
import type { OpenDirectory } from "./open-directory.ts";

/** Entries that are fetched at once. */
const AT_ONCE = 256;

/**
 * Names in an open directory with their kinds, links not followed. Undefined when there are more than `most`. In this
 * thread: a usual directory takes less time than the way through another one.
 */
export function listNames(
  directory: OpenDirectory,
  most: number,
): ReadonlyMap<string, EntryKind> | undefined {
  try {
    const open = opendirSync(directory.path, { bufferSize: AT_ONCE });
    try {
      const names = collect(open, most);
      directory.verify();
      return names;
    } finally {
      open.closeSync();
    }
  } catch (error) {
    throw worded(directory.place.relative, error);
  }
}

function collect(open: Dir, most: number): Map<string, EntryKind> | undefined {
  const names = new Map<string, EntryKind>();
  for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
    if (names.size === most) return undefined;
    names.set(entry.name, kindOf(entry));
  }
  return names;
}
