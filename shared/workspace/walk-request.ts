import type { EntryKind } from "./entry.ts";

/** Milliseconds for one walk when the request names none. */
export const WALK_DEADLINE_MS = 10_000;

/** What a walk below a directory collects. */
export interface WalkRequest {
  /** Relative to the walked directory. Without a slash a glob is compared with the last name; `!` leaves out. */
  readonly globs?: readonly string[];
  /** Globs of our own, never a caller's, relative to the root; what they match is left out with all that is below it. */
  readonly deny?: readonly string[];
  /** Left out: all kinds. */
  readonly kinds?: readonly EntryKind[];
  /** 1 is the directory's own entries; at most 256. */
  readonly depth?: number;
  /** Leaves out what ignore files name; true when left out. `.git` is never entered. */
  readonly gitignore?: boolean;
  /** Adds size and time of each entry. */
  readonly facts?: boolean;
  /** `path`: a directory, then what is in it, by code unit; `mtime`: the newest first. */
  readonly sort?: "path" | "mtime";
  /** Entries of one page. */
  readonly limit: number;
  /** From an earlier result of the same request. */
  readonly cursor?: string;
  /** After most of this time the walk stops and says so; after all of it the worker is ended. Default 10,000. */
  readonly deadlineMs?: number;
}

export interface WalkEntry {
  /** Relative to the walked directory, `/`-separated. */
  readonly path: string;
  readonly kind: EntryKind;
  /** Bytes; only with `facts`, and while the entry is still there. */
  readonly size?: number;
  readonly mtimeMs?: number;
}

/** One page of a walk. */
export interface WalkResult {
  readonly entries: readonly WalkEntry[];
  /** All that match, on every page; with `partial` only those that were found. */
  readonly total: number;
  /** Goes on after this page; left out at the end. */
  readonly cursor?: string;
  /** Why the tree was not walked whole: the time, the number of entries, or directories too deep. */
  readonly partial?: "time" | "entries" | "depth";
  /** Entries that ignore files name; what lies below them is not counted, nor what lies before the cursor. */
  readonly ignored: number;
  /** Directories that could not be read. */
  readonly unreadable: number;
}
