import type { BigIntStats } from "node:fs";
import type { Root } from "./root.ts";

/** How paths are kept inside a root: by handles that cannot be exchanged, or by comparing before and after. */
export type ContainmentKind = "handles" | "compare";

/** Something that a path led to, held until `close`. Nothing was opened for reading yet. */
export interface Held {
  /** Real components below the root, links followed. */
  readonly parts: readonly string[];
  /** Names of the path that are not there. When there are any, only `parts` and `missing` mean something. */
  readonly missing: readonly string[];
  readonly stats: BigIntStats;
  /** The text of the link in the last place, when it was kept. */
  readonly target?: string;
  /** Opens a regular file or a directory for reading; the caller owns the result. */
  open(): Opened;
  /** The path of a name in this directory while it is held: whatever is done by it is done here. */
  at(name: string): string;
  /** Holds a directory of that name in this one; undefined for anything else, a link too. The caller closes both. */
  enter(name: string): Held | undefined;
  /** Holds whatever has that name in this directory, a link not followed; the caller closes both. */
  look(name: string): Held | undefined;
  /** True when this is still at its path; false when that is not known at a glance. */
  isInPlace(): boolean;
  /** Throws when `at` may lead elsewhere by now. */
  verify(): void;
  close(): void;
}

/** A file or directory, open. */
export interface Opened {
  readonly fd: number;
  readonly stats: BigIntStats;
  /** Leads to this very thing while it is open. */
  readonly path: string;
  /** For a child process; the same as `path` where that works across processes. */
  readonly pathForChildren: string;
  /** Throws when what was read by `path` may not have been this thing. */
  verify(): void;
}

/** The two ways to reach a path below a root. */
export interface Containment {
  readonly kind: ContainmentKind;
  /** Throws `denied` for outside; whatever is thrown, nothing stays open. */
  reach(root: Root, parts: readonly string[], last: "follow" | "keep"): Held;
}
