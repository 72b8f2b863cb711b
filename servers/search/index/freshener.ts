import { setTimeout as sleep } from "node:timers/promises";
import type { OpenIndexReader } from "../store/reader.ts";
import { statFile, type Ground } from "./ground.ts";
import type { SharedLease } from "./shared-lease.ts";
import type { SourceFeed } from "./source-feed.ts";
import { changedOnDisk } from "./update-plan.ts";

/** Files that are looked at. */
const MOST_LOOKED = 200;
/** Files and bytes that a query waits for. */
const MOST_FILES = 20;
const MOST_BYTES = 2 * 1024 * 1024;
/** Another process that has the lease writes one batch of its own, or builds the whole index. */
const LEASE_MS = 300;
const PATIENCE_MS = 2_000;

interface FreshenerParts {
  readonly ground: Ground;
  readonly lease: SharedLease;
  readonly reader: OpenIndexReader;
  readonly feed: SourceFeed;
  /** Brings the whole index up to date. */
  readonly look: () => Promise<void>;
}

/** Brings the files that an answer is about to rest on up to date. */
export class Freshener {
  readonly #parts: FreshenerParts;

  constructor(parts: FreshenerParts) {
    this.#parts = parts;
  }

  /** True when the index is another one now. What is too much to wait for is indexed in the background. */
  async freshen(paths: readonly string[]): Promise<boolean> {
    const { ground, lease, reader, feed, look } = this.#parts;
    const looked = [...new Set(paths)].slice(0, MOST_LOOKED);
    const changed = await changedOnDisk(ground, reader, looked);
    if (changed.length === 0) return false;
    // only a list of the files tells whether a new one belongs to them
    const known = changed.filter((path) => reader.file(path) !== undefined);
    if (known.length < changed.length) {
      await bounded(look());
      reader.refresh();
      return true;
    }
    if (!(await this.#areFew(known))) {
      void look();
      return false;
    }
    if (!(await lease.take(LEASE_MS))) {
      // whoever has it may have written just these
      reader.refresh();
      return (await changedOnDisk(ground, reader, known)).length < known.length;
    }
    try {
      return (await bounded(feed.first(known))) !== false;
    } finally {
      lease.release();
      reader.refresh();
    }
  }

  async #areFew(paths: readonly string[]): Promise<boolean> {
    if (paths.length > MOST_FILES) return false;
    let bytes = 0;
    for (const path of paths) bytes += (await statFile(this.#parts.ground, path))?.size ?? 0;
    return bytes <= MOST_BYTES;
  }
}

/** What takes longer goes on without the query. */
async function bounded<T>(work: Promise<T>): Promise<T | undefined> {
  const late = new AbortController();
  work.catch(() => undefined);
  try {
    return await Promise.race([work, sleep(PATIENCE_MS, undefined, { signal: late.signal })]);
  } finally {
    late.abort();
  }
}
