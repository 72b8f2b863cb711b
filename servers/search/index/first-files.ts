import { setTimeout as sleep } from "node:timers/promises";
import type { OpenIndexReader } from "../store/reader.ts";
import { findByWords } from "./find-by-words.ts";
import type { Ground } from "./ground.ts";
import type { SourceFeed } from "./source-feed.ts";
import { COMPLETE, type Updater } from "./updater.ts";

/** All that a query waits for files that were never read. */
const HASTEN_MS = 800;
/** As long as nothing at all is in, an answer would be empty: a machine that is busy gets more time. */
const FIRST_MS = 5_000;
const HASTEN_FILES = 40;
/** So few files are waited for as a whole. */
const FEW = 60;

interface FirstFilesParts {
  readonly ground: Ground;
  readonly reader: OpenIndexReader;
  readonly feed: SourceFeed;
  readonly updater: Updater;
}

/** While an index is built for the first time, puts those files first that an answer needs. */
export class FirstFiles {
  readonly #parts: FirstFilesParts;

  constructor(parts: FirstFilesParts) {
    this.#parts = parts;
  }

  /** Waits for files that hold these words, or for `running`, the update under way, if that ends sooner. */
  async hasten(words: readonly string[], running: Promise<void>): Promise<void> {
    const { reader } = this.#parts;
    if (reader.standing === "same" && reader.meta(COMPLETE) === "1") return;
    const late = AbortSignal.timeout(reader.totals().units === 0 ? FIRST_MS : HASTEN_MS);
    const over = new Promise<void>((resolve) => {
      late.addEventListener("abort", () => resolve(), { once: true });
    });
    const first = this.#first(words, running, late);
    // a failure is the update's to tell, and being late is none
    await Promise.race([first.catch(() => undefined), running, over]);
    reader.refresh();
  }

  async #first(words: readonly string[], running: Promise<void>, signal: AbortSignal): Promise<void> {
    const { ground, reader, feed, updater } = this.#parts;
    // the last part of the time is for reading what was found
    const enough = AbortSignal.any([signal, AbortSignal.timeout(HASTEN_MS / 2)]);
    const finding = findByWords(ground, { words, signal: enough });
    finding.catch(() => undefined);
    while (updater.listing === undefined) await sleep(5, undefined, { signal });
    const { files } = updater.listing;
    if (files.size <= FEW) return await running;
    const found = await finding;
    const missing = found.filter((path) => files.has(path) && reader.file(path) === undefined);
    await feed.first(missing.slice(0, HASTEN_FILES));
  }
}
