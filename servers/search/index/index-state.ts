import type { Progress } from "../../../shared/context.ts";
import { listed } from "../../../shared/listed.ts";
import type { StatusFeed } from "../../../shared/status/feed.ts";
import type { OpenIndexReader } from "../store/reader.ts";
import type { SkipReason } from "../store/shapes.ts";
import type { Ground } from "./ground.ts";
import type { Hints } from "./hints.ts";
import type { ModelSearch } from "../vectors/model-search.ts";
import type { IndexState } from "./shapes.ts";
import type { SourceFeed } from "./source-feed.ts";
import { BROKEN, COMPLETE, TOTAL, type Updater } from "./updater.ts";

/** Between two events of progress, in milliseconds. */
const TELL_MS = 250;
/** While an index is built, skipped files are counted so often. */
const COUNT_MS = 1_000;

interface StateParts {
  readonly ground: Ground;
  readonly reader: OpenIndexReader;
  readonly feed: SourceFeed;
  readonly updater: Updater;
  readonly hints: Hints;
  readonly status: StatusFeed;
  readonly problems: readonly string[];
  readonly model: ModelSearch | undefined;
}

/** What takes a count of all files to know. */
interface Counted {
  readonly skipped: IndexState["skipped"];
  /** Languages whose grammar does not load. */
  readonly broken: readonly string[];
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
  #counted: (Counted & { readonly at: number; readonly key: string }) | undefined;

  constructor(parts: StateParts) {
    this.#parts = parts;
  }

  now(isRunning: boolean): IndexState {
    const { reader, feed, updater, hints } = this.#parts;
    const pending = Math.max(feed.pending.size, hints.unmet);
    const isWhole = reader.standing === "other" || reader.meta(COMPLETE) === "1";
    const isBusy = isRunning && (pending > 0 || this.isElsewhere || updater.listing === undefined);
    const indexed = reader.totals().files;
    const { skipped, broken } = this.#count();
    return {
      state: isWhole ? (isBusy ? "updating" : "complete") : "building",
      indexed,
      ...this.#toGo(indexed, skipped),
      stale: isWhole ? pending : 0,
      skipped,
      problems: this.#problems(broken),
    };
  }

  #toGo(indexed: number, skipped: IndexState["skipped"]): Pick<IndexState, "toGo"> {
    const { reader, updater } = this.#parts;
    const listed = updater.listing?.files.size ?? Number(reader.meta(TOTAL) ?? NaN);
    const left = Object.values(skipped).reduce((sum, count) => sum + count, 0);
    return Number.isNaN(listed) ? {} : { toGo: Math.max(0, listed - left - indexed) };
  }

  #problems(broken: Counted["broken"]): string[] {
    const { problems, reader, updater, model } = this.#parts;
    const elsewhere = this.isElsewhere ? "Another process is indexing." : undefined;
    const own = [elsewhere, updater.listing?.problem, this.failure];
    const { problems: ofModel = [] } = model ?? {};
    const byLines =
      broken.length === 0
        ? []
        : [`no symbols of ${listed(broken, 5)}: the grammar does not load, install Plumbline again`];
    return [
      ...problems,
      ...byLines,
      ...reader.problems,
      ...ofModel,
      ...own.filter((each) => each !== undefined),
    ];
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
    const { feed, status, updater, ground } = this.#parts;
    const total = updater.listing?.files.size;
    if (total === undefined) return;
    this.#toldAt = performance.now();
    const done = Math.max(0, total - feed.pending.size);
    const message = `${done} of ${total} files of ${ground.root.show("")} are indexed`;
    if (done !== this.#done) status.publish({ category: "index", message, done, total });
    this.#done = done;
    for (const report of this.#followers) report({ done, total, message });
  }

  /** Counting goes through all files, so it is done again only when something changed, and not for each answer. */
  #count(): Counted {
    const { reader, feed } = this.#parts;
    const { files, units } = reader.totals();
    const key = `${files} ${units} ${feed.written}`;
    const known = this.#counted;
    const now = performance.now();
    if (known !== undefined && (known.key === key || (feed.pending.size > 0 && now - known.at < COUNT_MS)))
      return known;
    const skipped: Partial<Record<SkipReason, number>> = {};
    const broken = new Set<string>();
    for (const { skipped: why, cut, language, files: alike } of reader.tallies()) {
      if (why !== undefined) skipped[why] = (skipped[why] ?? 0) + alike;
      if (cut === BROKEN) broken.add(language);
    }
    this.#counted = { at: now, key, skipped, broken: [...broken].sort() };
    return this.#counted;
  }
}
