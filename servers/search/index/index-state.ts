import type { Progress } from "../../../shared/context.ts";
import type { StatusFeed } from "../../../shared/status/feed.ts";
import type { OpenIndexReader } from "../store/reader.ts";
import type { FileRow, SkipReason } from "../store/shapes.ts";
import type { Ground } from "./ground.ts";
import type { IndexState } from "./shapes.ts";
import type { SourceFeed } from "./source-feed.ts";
import { COMPLETE, TOTAL, type Updater } from "./updater.ts";

/** Between two events of progress, in milliseconds. */
const TELL_MS = 250;

interface StateParts {
  readonly ground: Ground;
  readonly reader: OpenIndexReader;
  readonly feed: SourceFeed;
  readonly updater: Updater;
  readonly status: StatusFeed;
  readonly problems: readonly string[];
}

/** Knows how an index stands, and tells those who follow it. */
export class StateKeeper {
  /** Another process indexes this root. */
  isElsewhere = false;
  /** Why the last update failed. */
  failure: string | undefined;
  readonly #parts: StateParts;
  readonly #followers = new Set<(progress: Progress) => void>();
  #toldAt = -Infinity;
  #done = 0;

  constructor(parts: StateParts) {
    this.#parts = parts;
  }

  now(isRunning: boolean): IndexState {
    const { reader, feed, updater, problems } = this.#parts;
    const isWhole = reader.standing === "other" || reader.meta(COMPLETE) === "1";
    const { indexed, skipped } = countFiles(reader);
    const left = Object.values(skipped).reduce((sum, count) => sum + count, 0);
    const total = updater.listing?.files.size ?? Number(reader.meta(TOTAL) ?? NaN);
    const isBusy = isRunning && (feed.pending.size > 0 || this.isElsewhere || updater.listing === undefined);
    return {
      state: isWhole ? (isBusy ? "updating" : "complete") : "building",
      indexed,
      ...(Number.isNaN(total) ? {} : { total: Math.max(indexed, total - left) }),
      stale: isWhole ? feed.pending.size : 0,
      skipped,
      problems: [
        ...problems,
        ...reader.problems,
        ...(this.isElsewhere ? ["Another process is indexing."] : []),
        ...(updater.listing?.problem === undefined ? [] : [updater.listing.problem]),
        ...(this.failure === undefined ? [] : [this.failure]),
      ],
    };
  }

  /** Calls `report` with each progress until the returned function is called. */
  follow(report: (progress: Progress) => void): () => void {
    this.#followers.add(report);
    return () => this.#followers.delete(report);
  }

  /** Some files were written. */
  advance(): void {
    if (performance.now() - this.#toldAt > TELL_MS) this.tell();
  }

  tell(): void {
    const { reader, feed, status, updater, ground } = this.#parts;
    const total = updater.listing?.files.size;
    if (total === undefined) return;
    this.#toldAt = performance.now();
    const done = Math.max(0, total - feed.pending.size);
    const message = `${done} of ${total} files of ${ground.root.show("")} are indexed`;
    if (done !== this.#done) status.publish({ category: "index", message, done, total });
    this.#done = done;
    for (const report of this.#followers) report({ done, total, message });
    void reader;
  }
}

function countFiles(reader: OpenIndexReader): Pick<IndexState, "indexed" | "skipped"> {
  const skipped: Partial<Record<SkipReason, number>> = {};
  const rows: FileRow[] = reader.files();
  let indexed = 0;
  for (const { skipped: why } of rows) {
    if (why === undefined) indexed += 1;
    else skipped[why] = (skipped[why] ?? 0) + 1;
  }
  return { indexed, skipped };
}
