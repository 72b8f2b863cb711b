import type { Cut } from "../parse/shapes.ts";
import type { OpenIndexReader } from "../store/reader.ts";
import type { FileTally } from "../store/shapes.ts";
import type { Ground } from "./ground.ts";
import { listFiles, type Listing } from "./list-files.ts";
import { timesInIndex } from "./list-repository.ts";
import type { Batch, Results } from "./messages.ts";
import { orderFiles } from "./order-files.ts";
import type { SourceFeed } from "./source-feed.ts";
import { changedFiles, changedOnDisk, lookQuickly } from "./update-plan.ts";
import type { WorkerHandle } from "./worker-handle.ts";

/** Files of an index for whose order git is asked when each changed. */
const TIMED = 20_000;
/** Files that are ordered at all; fewer are there before it matters. */
const ORDERED = 40;

export interface UpdaterParts {
  readonly ground: Ground;
  readonly worker: WorkerHandle;
  readonly feed: SourceFeed;
  readonly reader: OpenIndexReader;
}

/** Meta keys of an index: whether all files were in it once, and how many belong into it. */
export const COMPLETE = "complete";
export const TOTAL = "total";
/** How files are cut whose grammar did not load. */
export const BROKEN = "broken" satisfies Cut;

/** Brings an index to what the disk holds. Only for whoever has the lease. */
export class Updater {
  readonly #parts: UpdaterParts;
  #listing: Listing | undefined;
  /** Milliseconds that the last look took. */
  #took = 0;
  #opened: Results["open"] | undefined;
  /** What a worker said when it opened the index does not hold after that. */
  #isBegun = false;
  #hasRetried = false;

  constructor(parts: UpdaterParts) {
    this.#parts = parts;
  }

  /** Of the last look; undefined before the first. */
  get listing(): Listing | undefined {
    return this.#listing;
  }

  /** Milliseconds that the last look at what changed took. */
  get took(): number {
    return this.#took;
  }

  /** Folders of the root that are repositories. */
  async repositories(): Promise<readonly string[]> {
    const { repositories } = this.#listing ?? (await listFiles(this.#parts.ground));
    return repositories.map(({ repository }) => repository.prefix);
  }

  /** Another process wrote the index meanwhile: what we know of it does not hold. */
  forget(): void {
    this.#listing = undefined;
  }

  /** Throws as the worker and as git. */
  async update(): Promise<void> {
    const { ground, worker, feed, reader } = this.#parts;
    reader.refresh();
    const since = performance.now();
    // nothing starts a worker before there is something to write
    if (reader.standing === "same" && reader.meta(COMPLETE) === "1" && (await this.#quick())) {
      this.#took = performance.now() - since;
      return await feed.drained();
    }
    const listing = listFiles(ground);
    // a process starts in the time that git takes
    listing.catch(() => undefined);
    const opening = worker.open();
    opening.catch(() => undefined);
    // and the first files are read in it, since all belong into an index that is not there
    const isNew = reader.standing === "none";
    if (isNew) await this.#addAll(await listing);
    const opened = await opening;
    if (opened !== this.#opened) this.#isBegun = false;
    this.#opened = opened;
    const isEmpty = opened.isEmpty && !this.#isBegun;
    this.#isBegun = true;
    await this.#whole(await listing, { isEmpty, isNew });
    this.#took = performance.now() - since;
    await feed.drained();
    await worker.do<"write">({ kind: "write", batch: metaOnly([[COMPLETE, "1"]]) });
    await worker.do<"publish">({ kind: "publish" });
    reader.refresh();
  }

  async #quick(): Promise<boolean> {
    const { ground, feed, reader } = this.#parts;
    const listing = this.#listing;
    if (listing === undefined) return false;
    const look = await lookQuickly(ground, listing);
    if (look === undefined) return false;
    for (const path of look.suspects) listing.files.set(path, undefined);
    for (const path of look.leaving) listing.files.delete(path);
    this.#listing = { ...listing, repositories: look.repositories };
    await this.#remove(look.leaving);
    feed.add(await changedOnDisk(ground, reader, look.suspects));
    return true;
  }

  async #remove(paths: readonly string[]): Promise<void> {
    const { worker, reader } = this.#parts;
    const gone = paths.filter((path) => reader.file(path) !== undefined);
    if (gone.length === 0) return;
    await worker.do<"write">({ kind: "write", batch: { ...metaOnly([]), gone } });
  }

  async #whole(
    listing: Listing,
    { isEmpty, isNew }: { readonly isEmpty: boolean; readonly isNew: boolean },
  ): Promise<void> {
    const { ground, worker } = this.#parts;
    this.#listing = listing;
    await worker.do<"write">({ kind: "write", batch: metaOnly([[TOTAL, String(listing.files.size)]]) });
    if (!isEmpty) {
      const changed = await changedFiles(ground, listing, worker);
      await this.#add(listing, [...changed, ...this.#broken(listing)]);
    } else if (!isNew) await this.#addAll(listing);
  }

  async #addAll(listing: Listing): Promise<void> {
    this.#listing = listing;
    await this.#add(listing, [...listing.files.keys()]);
  }

  async #add(listing: Listing, paths: readonly string[]): Promise<void> {
    const { feed } = this.#parts;
    feed.add(paths.length > ORDERED ? await orderFiles(paths, await this.#times(listing)) : paths);
  }

  /** Files whose grammar did not load, or over which the worker died, the first time: both may have been mended since. */
  #broken({ files }: Listing): string[] {
    if (this.#hasRetried) return [];
    this.#hasRetried = true;
    const { reader } = this.#parts;
    if (!reader.tallies().some(isBroken)) return [];
    const broken = reader.files().filter(isBroken);
    return broken.map(({ path }) => path).filter((path) => files.has(path));
  }

  async #times({ repositories, files }: Listing): Promise<ReadonlyMap<string, number>> {
    const [first] = repositories;
    if (first === undefined || files.size > TIMED) return new Map();
    return await timesInIndex(this.#parts.ground, first.repository);
  }
}

function isBroken({ cut, skipped }: Pick<FileTally, "cut" | "skipped">): boolean {
  return cut === BROKEN || skipped === "unreadable";
}

function metaOnly(meta: Batch["meta"]): Batch {
  return { files: [], skips: [], gone: [], touched: [], meta };
}
