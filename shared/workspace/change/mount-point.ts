import { readFileSync } from "node:fs";
import { isErrno } from "../../errors.ts";

/** Mounts change seldom; the table is read again after so long. */
const FRESH_MS = 2_000;

let known: { readonly at: number; readonly points: ReadonlySet<string> } | undefined;

/**
 * The mount that an absolute, resolved path lies on: the deepest mount point at or above it. Nothing can be renamed
 * from one mount to another, even on the same device. Only Linux tells; elsewhere all is one mount.
 */
export function mountPoint(path: string): string {
  if (process.platform !== "linux") return "/";
  const points = mountPoints();
  for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) if (points.has(at)) return at;
  return "/";
}

/** A mount below an absolute, resolved directory: what happens to the directory would happen to it too. */
export function mountBelow(path: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  return [...mountPoints()].find((point) => point.startsWith(`${path}/`));
}

function mountPoints(): ReadonlySet<string> {
  if (known === undefined || Date.now() - known.at > FRESH_MS)
    known = { at: Date.now(), points: readPoints() };
  return known.points;
}

function readPoints(): ReadonlySet<string> {
  try {
    const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
    return new Set(lines.map((line) => unescape(line.split(" ")[4] ?? "")));
  } catch (error) {
    if (isErrno(error, "ENOENT", "EACCES")) return new Set();
    throw error;
  }
}

/** The kernel writes a space as `\\040`. */
function unescape(point: string): string {
  return point.replaceAll(/\\([0-7]{3})/gu, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  );
}
