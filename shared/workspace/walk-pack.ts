import type { EntryKind } from "./entry.ts";
import type { WalkEntry, WalkResult } from "./walk-request.ts";

const KINDS: readonly EntryKind[] = ["file", "directory", "link", "fifo", "socket", "device", "unknown"];

/** A result on its way out of a worker: thousands of small objects would take longer to copy than to find. */
export interface PackedResult extends Omit<WalkResult, "entries"> {
  /** Joined by NUL, which no path holds. */
  readonly paths: string;
  /** One digit an entry. */
  readonly kinds: string;
  /** Bytes and time of each entry, NaN for what is not known; only with facts. */
  readonly facts?: Float64Array;
}

export function packResult({ entries, ...rest }: WalkResult): PackedResult {
  const known = entries.some(({ size }) => size !== undefined);
  let kinds = "";
  for (const { kind } of entries) kinds += KINDS.indexOf(kind);
  return {
    ...rest,
    paths: entries.map(({ path }) => path).join("\0"),
    kinds,
    ...(known ? { facts: Float64Array.from(entries.flatMap(factsOf)) } : {}),
  };
}

export function unpackResult({ paths, kinds, facts, ...rest }: PackedResult): WalkResult {
  const names = kinds === "" ? [] : paths.split("\0");
  const entries = names.map((path, index): WalkEntry => {
    const kind = KINDS[kinds.charCodeAt(index) - 48] ?? "unknown";
    const size = facts?.[2 * index] ?? NaN;
    return Number.isNaN(size) ? { path, kind } : { path, kind, size, mtimeMs: facts?.[2 * index + 1] ?? 0 };
  });
  return { ...rest, entries };
}

function factsOf({ size = NaN, mtimeMs = NaN }: WalkEntry): number[] {
  return [size, mtimeMs];
}
