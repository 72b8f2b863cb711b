import { setTimeout as sleep } from "node:timers/promises";
import type { OpenIndexReader } from "../store/reader.ts";
import { isThere, statFile, type Ground } from "./ground.ts";
import type { Hints } from "./hints.ts";
import type { SharedLease } from "./shared-lease.ts";
import type { SourceFeed } from "./source-feed.ts";
import { changedOnDisk } from "./update-plan.ts";
import { COMPLETE } from "./updater.ts";

/** Files that are looked at. */
const MOST_LOOKED = 200;
/** Files and bytes that a query waits for. */
const MOST_FILES = 20;
const MOST_BYTES = 2 * 1024 * 1024;
/** Another process that has the lease writes one batch of its own, or builds the whole index. */
const LEASE_MS = 300;
const PATIENCE_MS = 2_000;
/** A look that takes longer than that is not waited for because of a hint. */
const QUICK_MS = 150;
const HINT_MS = 500;

interface FreshenerParts {
  readonly ground: Ground;
  readonly lease: SharedLease;
  readonly reader: OpenIndexReader;
  readonly feed: SourceFeed;
  readonly hints: Hints;
  /** Brings the whole index up to date. */
  readonly look: () => Promise<void>;
  /** Milliseconds that the last one took. */
  readonly lookTook: () => number;
}

/** Brings files up to date before an answer rests on them. */
export class Freshener {
  readonly #parts: FreshenerParts;

  constructor(parts: FreshenerParts) {
    this.#parts = parts;
  }

  /** True when the index is another one now. What is too much to wait for is indexed in the background. */
  async freshen(paths: readonly string[]): Promise<boolean> {
    const { ground, reader, look } = this.#parts;
    const looked = [...new Set(paths)].slice(0, MOST_LOOKED);
    const changed = await changedOnDisk(ground, reader, looked);
    if (changed.length === 0) return false;
    if (changed.every((path) => this.#isKnown(path))) return await this.#index(changed);
    // only a list of the files tells whether a new one belongs to them
    await bounded(look(), PATIENCE_MS);
    reader.refresh();
    return true;
  }

  /** The same for all that the system told of, whatever an answer rests on: a change may be what is asked for. */
  async meetHints(): Promise<void> {
    const { ground, reader, hints, look, lookTook } = this.#parts;
    const told = await hints.take();
    // while it is built every file is read anyway
    if (told.length === 0 || reader.standing !== "same" || reader.meta(COMPLETE) !== "1") return;
    const others: string[] = [];
    for (const path of told) if (!this.#isKnown(path) && (await isThere(ground, path))) others.push(path);
    if (others.length === 0 || lookTook() > QUICK_MS) {
      await this.freshen(told.filter((path) => this.#isKnown(path)));
      return;
    }
    const isDone = await bounded(
      look().then(() => true),
      HINT_MS,
    );
    reader.refresh();
    if (isDone === true) hints.ignore(others.filter((path) => !this.#isKnown(path)));
  }

  #isKnown(path: string): boolean {
    return this.#parts.reader.file(path) !== undefined;
  }

  async #index(known: readonly string[]): Promise<boolean> {
    const { ground, lease, reader, feed, hints, look } = this.#parts;
    if (!(await this.#areFew(known))) {
      hints.unmet = known.length;
      void look();
      return false;
    }
    // that nothing can be written is the update's to tell
    if (!(await lease.take(LEASE_MS).catch(() => false))) {
      // whoever has it may have written just these
      reader.refresh();
      return (await changedOnDisk(ground, reader, known)).length < known.length;
    }
    try {
      return (await bounded(feed.first(known), PATIENCE_MS)) !== false;
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
async function bounded<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const late = new AbortController();
  work.catch(() => undefined);
  try {
    return await Promise.race([work, sleep(ms, undefined, { signal: late.signal })]);
  } finally {
    late.abort();
  }
}
