import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Entry } from "./entry.ts";

/** No package of sources is larger; an archive that is was made to fill a disk. */
const MOST_BYTES = 2 ** 31;

/** Decides by path and size which files of a package are kept. */
export type Keep = (path: string, bytes: number) => boolean;

/**
 * Writes the entries that `keep` wants below `folder`, which must be new: no link is ever made in it, so a path without
 * `..` stays inside. Throws on an entry that leads outside, wanted or not, and beyond 2 GiB.
 */
export function writeEntries(entries: Iterable<Entry>, folder: string, keep: Keep): void {
  let written = 0;
  for (const { path, bytes, read } of entries) {
    const inside = checkPath(path);
    if (!keep(inside, bytes)) continue;
    written += bytes;
    if (written > MOST_BYTES) throw new Error("the package unpacks to more than 2 GiB");
    const file = join(folder, inside);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, read());
  }
}

/** The path with no empty and no `.` segments. A backslash and a drive are refused everywhere: they lead outside on Windows. */
function checkPath(path: string): string {
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".");
  const outside = path.startsWith("/") || /[\\\0]|^[a-z]:/iu.test(path) || segments.includes("..");
  if (outside || segments.length === 0) throw new Error(`an entry leads outside: ${JSON.stringify(path)}`);
  return segments.join("/");
}
