import type { Root } from "./root.ts";

declare const brand: unique symbol;

/** A path inside a root, by its spelling only; made by `Root.locate` alone, opened by the workspace door alone. */
export interface SafePath {
  readonly [brand]: true;
  readonly root: Root;
  /** Components below the root, no `.` or `..`; empty for the root itself. */
  readonly parts: readonly string[];
  /** As answers show it: relative to the first root, absolute below the others. */
  readonly shown: string;
}
