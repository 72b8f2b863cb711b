import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../../shared/context.ts";
import { ToolError } from "../../../shared/errors.ts";
import type { StatusFeed } from "../../../shared/status/feed.ts";
import { FolderWatch } from "../../../shared/workspace/watch-folders.ts";
import type { OpenIndexReader } from "../store/reader.ts";
import { FirstFiles } from "./first-files.ts";
import { foldersOf } from "./folders-of.ts";
import { Freshener } from "./freshener.ts";
import type { StaticTable } from "../../../shared/model/static-table.ts";
import type { ModelSearch } from "../vectors/model-search.ts";
import type { Ground } from "./ground.ts";
import { Hints } from "./hints.ts";
import { StateKeeper } from "./index-state.ts";
import type { IndexView, ViewOptions } from "./shapes.ts";
import type { SharedLease } from "./shared-lease.ts";
import { SourceFeed } from "./source-feed.ts";
import { BROKEN, Updater } from "./updater.ts";
import { IndexLost, WorkerDied, type WorkerHandle } from "./worker-handle.ts";

/** Between two looks for what nobody told of, and how much of the time they may take. */
const LOOK_MS = 2_000;
const LOOK_SHARE = 20;
const HINTED_MS = 500;
/** While another process has the lease. */
const LEASE_MS = 500;
/** Deaths of the worker, and of the database, over which one update begins again. */
const MOST_LOSSES = 5;

export interface RootIndexParts {
  readonly ground: Ground;
  readonly worker: WorkerHandle;
  readonly reader: OpenIndexReader;
  readonly lease: SharedLease;
  readonly maxBytes: number;
  readonly status: StatusFeed;
  readonly log: Log;
  readonly problems: readonly string[];
  readonly table: StaticTable | undefined;
  readonly model: ModelSearch | undefined;
}

/** The index of one root, as this process sees it and keeps it fresh. */
export class RootIndex {
  readonly #parts: RootIndexParts;
  readonly #feed: SourceFeed;
  readonly #updater: Updater;
  readonly #freshener: Freshener;
  readonly #firstFiles: FirstFiles;
  readonly #state: StateKeeper;
  readonly #hints = new Hints();
  readonly #watch: FolderWatch;
  #running: Promise<void> | undefined;
  #wanted = false;
  #lookedAt = -Infinity;
  #isClosed = false;
  #later: NodeJS.Timeout | undefined;

  constructor(parts: RootIndexParts) {
    const { ground, worker, reader, maxBytes } = parts;
    this.#parts = parts;
    this.#feed = new SourceFeed({
      ground,
      worker,
      maxBytes,
      holds: (path, hash) => {
        const row = reader.standing === "same" ? reader.file(path) : undefined;
        return row?.hash === hash && row.skipped === undefined && row.cut !== BROKEN;
      },
      written: () => this.#state.advance(),
      note: (text) => parts.log("warn", text),
    });
    this.#updater = new Updater({ ground, worker, feed: this.#feed, reader });
    const own = { ...parts, feed: this.#feed, updater: this.#updater, hints: this.#hints };
    this.#state = new StateKeeper(own);
    this.#firstFiles = new FirstFiles(own);
    this.#freshener = new Freshener({
      ...own,
      look: () => this.look(),
      lookTook: () => this.#updater.took,
    });
    this.#watch = new FolderWatch(ground.root.path, {
      noted: (path) => this.#hints.note(path),
      changed: () => this.#lookLater(),
    });
  }

  /** As it stands; begins to look for changes when that is due, and waits for them when that is asked for. */
  async view({ report, waitMs }: ViewOptions): Promise<IndexView> {
    const { ground, reader } = this.#parts;
    reader.refresh();
    // reading a little tells damage before an answer rests on it
    reader.totals();
    if (reader.isDamaged || this.#isDue()) void this.look();
    if (waitMs !== undefined) await this.#wait(waitMs, report);
    await this.#freshener.meetHints();
    reader.refresh();
    if (this.#state.now(this.#running !== undefined).state === "complete") this.#parts.model?.fill();
    let seen = this.#feed.written;
    return {
      root: ground.root,
      reader,
      state: () => this.#state.now(this.#running !== undefined),
      repositories: () => this.#updater.repositories(),
      freshen: async (paths) => {
        const isOther = await this.#freshener.freshen(paths);
        // what was written in the background since the view counts too
        const { written } = this.#feed;
        const isSame = !isOther && written === seen;
        seen = written;
        return !isSame;
      },
      hasten: (words) => this.#hasten(words),
      table: this.#parts.table,
      near: async (query, signal) => await this.#parts.model?.near(query, signal),
    };
  }

  /**
   * Brings the index up to date in the background. Resolves when it is as the disk was at this call or later, or when
   * another process does it.
   */
  look(): Promise<void> {
    this.#wanted = true;
    // what runs now may have looked before the call
    if (this.#running !== undefined) return this.#running.then(() => this.#running);
    this.#running = this.#look().finally(() => {
      this.#running = undefined;
      this.#state.tell();
      if (this.#wanted && !this.#isClosed) void this.look();
    });
    return this.#running;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#later);
    this.#watch.close();
    this.#feed.clear();
    await this.#parts.model?.close();
    await this.#parts.worker.close();
    await this.#running;
    this.#parts.reader.close();
  }

  #isDue(): boolean {
    const pause = Math.max(LOOK_MS, LOOK_SHARE * this.#updater.took);
    return this.#running === undefined && performance.now() - this.#lookedAt > pause;
  }

  /** After a hint: soon, but not all the time while somebody builds something. */
  #lookLater(): void {
    if (this.#later !== undefined) return;
    const pause = Math.max(HINTED_MS, LOOK_SHARE * this.#updater.took);
    const rest = this.#lookedAt + pause - performance.now();
    this.#later = setTimeout(
      () => {
        this.#later = undefined;
        if (!this.#isClosed) void this.look();
      },
      Math.max(0, rest),
    ).unref();
  }

  async #look(): Promise<void> {
    const { lease, log } = this.#parts;
    this.#wanted = false;
    try {
      while (!(await lease.take())) {
        this.#updater.forget();
        this.#state.isElsewhere = true;
        await sleep(LEASE_MS, undefined, { ref: false });
        if (this.#isClosed) return;
      }
      try {
        this.#state.isElsewhere = false;
        await this.#meetOthers();
        await this.#update();
        this.#state.failure = undefined;
      } finally {
        lease.release();
      }
      this.#watch.set(foldersOf(this.#updater.listing?.files.keys() ?? []));
    } catch (error) {
      if (this.#isClosed) return;
      this.#updater.forget();
      this.#state.failure =
        error instanceof ToolError ? error.message : "the index could not be brought up to date";
      log("warn", `the index of ${this.#parts.ground.root.path}: ${String(error)}`);
    } finally {
      this.#hints.unmet = 0;
      this.#lookedAt = performance.now();
    }
  }

  /** Where another process began the index anew, or somebody broke it, our worker must not write what it has open. */
  async #meetOthers(): Promise<void> {
    const { reader, worker } = this.#parts;
    reader.refresh();
    if (reader.standing === "same" && !reader.isDamaged) return;
    this.#updater.forget();
    await worker.end();
  }

  async #update(): Promise<void> {
    for (let losses = 0; ; losses++) {
      try {
        return await this.#updater.update();
      } catch (error) {
        const canGoOn = error instanceof IndexLost || error instanceof WorkerDied;
        if (!canGoOn || losses >= MOST_LOSSES || this.#isClosed) throw error;
        this.#updater.forget();
        await this.#parts.worker.end();
      }
    }
  }

  async #wait(waitMs: number, report: ViewOptions["report"]): Promise<void> {
    const stop = this.#state.follow(report);
    const late = new AbortController();
    try {
      await Promise.race([this.look(), sleep(waitMs, undefined, { signal: late.signal })]);
    } finally {
      late.abort();
      stop();
    }
  }

  async #hasten(words: readonly string[]): Promise<void> {
    if (this.#parts.reader.isDamaged) void this.look();
    if (this.#running !== undefined) await this.#firstFiles.hasten(words, this.#running);
  }
}
