import { setImmediate } from "node:timers/promises";
import type { Ground } from "./ground.ts";
import type { FileStamp } from "../store/shapes.ts";
import { BatchSender } from "./batch-sender.ts";
import type { Batch, FileToSkip, FileToWrite } from "./messages.ts";
import { readSource } from "./read-source.ts";
import type { WorkerHandle } from "./worker-handle.ts";

/** One batch is one transaction, and one message. */
const BATCH_FILES = 24;
const BATCH_CHARS = 256 * 1024;
/** Whoever waits wants to see the first of them soon. */
const URGENT_FILES = 8;
/** Milliseconds of reading after which others get their turn. */
const TURN_MS = 8;
/** Batches that the worker has at once: its second thread makes what comes next while the first writes. */
const MOST_SENT = 3;

export interface FeedOptions {
  readonly ground: Ground;
  readonly worker: Pick<WorkerHandle, "do">;
  /** Larger files are skipped. */
  readonly maxBytes: number;
  /** True when the index holds these very bytes of a file: only its time is another. */
  readonly holds: (path: string, hash: string) => boolean;
  /** Called after each batch. */
  readonly written: () => void;
  readonly note: (text: string) => void;
}

interface Urgent {
  readonly paths: string[];
  isChange: boolean;
  readonly resolve: (isChange: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads files in small slices and has the worker write them, one batch after the other; it has the next ones
 * at hand while it writes one, and another is read meanwhile. What is urgent goes first.
 */
export class SourceFeed {
  readonly #options: FeedOptions;
  #later: string[] = [];
  #next = 0;
  readonly #pending = new Set<string>();
  readonly #urgent: Urgent[] = [];
  readonly #sender: BatchSender;
  #written = 0;
  #pumping: Promise<void> | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#sender = new BatchSender(options.worker);
  }

  /** Files that are not written yet. */
  get pending(): ReadonlySet<string> {
    return this.#pending;
  }

  /** Files that this process wrote, not counting those with another time alone. */
  get written(): number {
    return this.#written;
  }

  add(paths: readonly string[]): void {
    if (this.#next > 10_000) {
      this.#later = this.#later.slice(this.#next);
      this.#next = 0;
    }
    for (const path of paths) {
      if (this.#pending.has(path)) continue;
      this.#pending.add(path);
      this.#later.push(path);
    }
    if (paths.length > 0) this.#pump();
  }

  /** These come next; resolves when they are written, with whether more than times changed. Throws as `WorkerHandle.do`. */
  first(paths: readonly string[]): Promise<boolean> {
    if (paths.length === 0) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      this.#urgent.push({ paths: [...paths], isChange: false, resolve, reject });
      this.#pump();
    });
  }

  /** Resolves when nothing is left to do. Throws what broke it off; the rest is forgotten then. */
  async drained(): Promise<void> {
    while (this.#pumping !== undefined) await this.#pumping;
  }

  /** Forgets all that is not written yet. */
  clear(): void {
    this.#later = [];
    this.#next = 0;
    this.#pending.clear();
  }

  #pump(): void {
    if (this.#pumping !== undefined) return;
    this.#pumping = this.#run().finally(() => {
      this.#pumping = undefined;
      if (this.#hasWork()) this.#pump();
    });
    // whoever waits hears of it
    this.#pumping.catch(() => undefined);
  }

  #hasWork(): boolean {
    return this.#urgent.length > 0 || this.#next < this.#later.length;
  }

  async #run(): Promise<void> {
    const sending: Promise<void>[] = [];
    try {
      while (this.#hasWork()) {
        const next = await this.#read();
        if (sending.length >= MOST_SENT) await sending.shift();
        const sent = this.#send(next);
        // an error is met at a later turn, and must not count as nobody's until then
        sent.catch(() => undefined);
        sending.push(sent);
        const { done } = next;
        if (done === undefined) continue;
        await Promise.all(sending.splice(0));
        this.#urgent.shift();
        done.resolve(done.isChange);
      }
      await Promise.all(sending);
    } catch (error) {
      await Promise.allSettled(sending);
      for (const { reject } of this.#urgent.splice(0)) reject(error);
      this.clear();
      throw error;
    }
  }

  async #read(): Promise<Batch & { readonly paths: readonly string[]; readonly done?: Urgent }> {
    const urgent = this.#urgent[0];
    const most = urgent === undefined ? BATCH_FILES : URGENT_FILES;
    const batch = new BatchMaker();
    let turn = performance.now();
    while (batch.paths.length < most && batch.chars < BATCH_CHARS) {
      const path = urgent === undefined ? this.#takeLater() : urgent.paths.shift();
      if (path === undefined) break;
      await this.#addTo(batch, path);
      if (performance.now() - turn < TURN_MS) continue;
      await setImmediate();
      turn = performance.now();
    }
    const made = batch.made();
    if (urgent === undefined) return made;
    urgent.isChange ||= made.touched.length < made.paths.length;
    // it stays the first until it is written: then whoever waits for it hears of a failure
    return urgent.paths.length > 0 ? made : { ...made, done: urgent };
  }

  /** The next that was not written out of turn. */
  #takeLater(): string | undefined {
    while (this.#next < this.#later.length) {
      const path = this.#later[this.#next++];
      if (path !== undefined && this.#pending.has(path)) return path;
    }
    return undefined;
  }

  async #addTo(batch: BatchMaker, path: string): Promise<void> {
    const { ground, maxBytes, holds } = this.#options;
    const source = await readSource(ground, path, maxBytes);
    batch.paths.push(path);
    if (source.kind === "gone") batch.gone.push(path);
    else if (source.kind === "skip") batch.skips.push(source);
    else if (holds(path, source.stamp.hash)) batch.touched.push({ path, stamp: source.stamp });
    else batch.add({ ...source, plain: false });
  }

  async #send(batch: Batch & { readonly paths: readonly string[] }): Promise<void> {
    const { written, note } = this.#options;
    for (const text of await this.#sender.send(batch)) note(text);
    for (const path of batch.paths) this.#pending.delete(path);
    this.#written += batch.paths.length - batch.touched.length;
    written();
  }
}

class BatchMaker {
  readonly paths: string[] = [];
  readonly skips: FileToSkip[] = [];
  readonly gone: string[] = [];
  readonly touched: { readonly path: string; readonly stamp: FileStamp }[] = [];
  readonly #files: FileToWrite[] = [];
  chars = 0;

  add(file: FileToWrite): void {
    this.#files.push(file);
    this.chars += file.text.length;
  }

  made(): Batch & { readonly paths: readonly string[] } {
    const { paths, skips, gone, touched } = this;
    return { paths, files: this.#files, skips, gone, touched, meta: [] };
  }
}
