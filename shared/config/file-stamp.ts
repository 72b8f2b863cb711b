import { type BigIntStats, lstatSync, statSync } from "node:fs";

/** What tells one state of a file from another; a word where there is nothing to look at, such as `missing`. */
export type FileStamp = BigIntStats | string;

/** Timestamps move in steps of up to 10 ms: two writes within one step look alike when the size is the same. */
const STEP_MS = 50;

/** How a file looks now; costs a few microseconds. With `keep`, a link is looked at and not what it leads to. */
export function stampFile(file: string, links: "follow" | "keep"): FileStamp {
  const options = { bigint: true, throwIfNoEntry: false } as const;
  try {
    return (links === "keep" ? lstatSync(file, options) : statSync(file, options)) ?? "missing";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown";
  }
}

/** True when nothing was written between the two, as far as stamps can tell. */
export function isSameStamp(a: FileStamp, b: FileStamp): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return (
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs &&
    a.size === b.size &&
    a.ino === b.ino &&
    a.dev === b.dev
  );
}

/** True when the file changed so lately that one more change would not show in its stamp. `now` in milliseconds. */
export function isFreshStamp(stamp: FileStamp, now: number): boolean {
  return typeof stamp !== "string" && Math.abs(now - Number(stamp.ctimeNs / 1_000_000n)) < STEP_MS;
}
