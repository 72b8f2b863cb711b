import type { Progress } from "../../../shared/context.ts";
import type { Access } from "../../../shared/access.ts";
import type { StaticTable } from "../../../shared/model/static-table.ts";
import type { Root } from "../../../shared/workspace/root.ts";
import type { IndexReader, SkipReason } from "../store/shapes.ts";

/** How an index stands; every answer says it. */
export interface IndexState {
  /** `building`: the first time, some files are not in yet. `updating`: all are in, some in an older version. */
  readonly state: "building" | "updating" | "complete";
  readonly indexed: number;
  /** Files that nobody has looked at yet, of which some will be left out; undefined while they are being counted. */
  readonly toGo?: number;
  /** Files that are known to have changed since they were indexed. */
  readonly stale: number;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  /** Our sentences on what is missing: no table, no vectors, grammars that do not load, another process that builds. */
  readonly problems: readonly string[];
}

/** One root's index during one call. */
export interface IndexView {
  readonly root: Root;
  readonly reader: IndexReader;
  state(): IndexState;
  /** Folders of the root that are repositories of their own, such as submodules, and "" when the root is one. */
  repositories(): Promise<readonly string[]>;
  /**
   * Looks at these files on the disk (at most 200 are looked at) and indexes those that changed, when they are few and
   * small enough for the query to wait; the rest count as stale. True when the index is another one now.
   */
  freshen(paths: readonly string[]): Promise<boolean>;
  /** While the index is being built: files that hold these words come first, and the call waits for the first of them. */
  hasten(words: readonly string[]): Promise<void>;
  /** Turns a query into the space of the index's own vectors; undefined without a table. */
  readonly table: StaticTable | undefined;
  /** How near units are to a query by a model of the person's; undefined without one, and while it knows too few units. */
  near(query: string, signal: AbortSignal): Promise<ReadonlyMap<number, number> | undefined>;
}

export interface ViewOptions {
  readonly access: Access;
  readonly report: (progress: Progress) => void;
  /** Wait until all files are in: for `plumbline index`, and for tools that need the whole graph. Milliseconds at most. */
  readonly waitMs?: number;
}

/** The indexes of all roots. Nothing is opened before the first `view`. */
export interface CodeIndexes {
  /** By a path in a root (the first root without one). Throws `unavailable` without SQLite, with the command that mends it. */
  view(at: string | undefined, options: ViewOptions): Promise<IndexView>;
  /** The indexes of all roots, the first root's first. */
  views(options: ViewOptions): Promise<IndexView[]>;
}
