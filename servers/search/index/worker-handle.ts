import { ToolError } from "../../../shared/errors.ts";
import { startMessageWorker, type MessageWorker } from "../../../shared/process/message-worker.ts";
import type { FromWorker, Results, Task, TaskKind, ToWorker } from "./messages.ts";

/** Milliseconds that the worker may be silent: for one file, which takes a second at most on a machine at rest. */
const SILENT_MS = 20_000;
/** For one step of the database. */
const STEP_MS = 60_000;
/** Of its JavaScript; grammars have their own memory beside it. */
const MOST_MEGABYTES = 112;
/** A worker that uses more is replaced when it is idle: what parsers took is never given back. */
const TIRED_MEGABYTES = 100;
const IDLE_MS = 60_000;

/**
 * The worker died, or was ended because it was silent for too long. `at`: what it worked on, as far as it told. `isForeign`:
 * somebody else ended it.
 */
export class WorkerDied extends Error {
  readonly at: string | undefined;
  readonly isForeign: boolean;
  constructor(at?: string, { isForeign = false } = {}) {
    super("the index worker ended");
    this.at = at;
    this.isForeign = isForeign;
  }
}

/** The index broke while it was written: it has to be opened and compared anew. */
export class IndexLost extends Error {}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
  readonly task: TaskKind;
}

/** The one child process that parses and writes a root's index; started at first use, and again when it died. */
export class WorkerHandle {
  readonly #opening: Extract<Task, { kind: "open" }>;
  readonly #waiting = new Map<number, Waiting>();
  #worker: MessageWorker<ToWorker> | undefined;
  #opened: Promise<Results["open"]> | undefined;
  #next = 1;
  #at: Extract<FromWorker, { kind: "at" }> | undefined;
  #watch: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isTired = false;
  #isClosed = false;

  /** `withTable`: whether vectors are wanted. */
  constructor(opening: { readonly folder: string; readonly withTable: boolean }) {
    this.#opening = { kind: "open", ...opening };
  }

  /** Starts the worker when there is none, and opens the index. Throws as `openWriter`. */
  async open(): Promise<Results["open"]> {
    if (this.#isTired && this.#waiting.size === 0) await this.end();
    this.#opened ??= this.#ask<"open">(this.#opening);
    this.#opened.catch(() => {
      this.#opened = undefined;
    });
    return await this.#opened;
  }

  /** Throws `WorkerDied`, `IndexLost`, and what the store throws. Up to three tasks at a time make sense. */
  async do<K extends TaskKind>(task: Extract<Task, { kind: K }>): Promise<Results[K]> {
    await this.open();
    return await this.#ask<K>(task);
  }

  /** Kills it; it is started again when there is work. */
  async end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#forget(new WorkerDied());
    await worker?.kill();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.end();
  }

  async #ask<K extends TaskKind>(task: Extract<Task, { kind: K }>): Promise<Results[K]> {
    if (this.#isClosed) throw new ToolError("cancelled", "the server is stopping");
    const worker = this.#worker ?? this.#start();
    clearTimeout(this.#idle);
    const id = this.#next++;
    const answer = new Promise<Results[K]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, task: task.kind });
    });
    // whoever waits for the pipe first would not hear in time that the worker died
    answer.catch(() => {});
    worker.hold(true);
    this.#beat();
    await worker.send({ id, task });
    return await answer;
  }

  #start(): MessageWorker<ToWorker> {
    const worker: MessageWorker<ToWorker> = startMessageWorker<ToWorker, FromWorker>("index-worker", {
      megabytes: MOST_MEGABYTES,
      heard: (message) => this.#worker === worker && this.#hear(message),
      ended: (isForeign) =>
        this.#worker === worker && this.#forget(new WorkerDied(this.#at?.path, { isForeign })),
    });
    this.#worker = worker;
    return worker;
  }

  #hear(message: FromWorker): void {
    this.#at = message.kind === "at" ? message : undefined;
    this.#beat();
    if (message.kind === "at") return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "failed") waiting?.reject(asError(message));
    else {
      this.#isTired = message.megabytes > TIRED_MEGABYTES;
      if (message.lost) waiting?.reject(new IndexLost("the index was damaged"));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the worker answers each task with its own result
      else waiting?.resolve(message.result as never);
    }
    if (this.#waiting.size === 0) this.#rest();
  }

  #rest(): void {
    clearTimeout(this.#watch);
    this.#worker?.hold(false);
    this.#idle = setTimeout(() => void this.end(), IDLE_MS).unref();
  }

  /** A worker that says nothing for too long is ended. */
  #beat(): void {
    clearTimeout(this.#watch);
    const worker = this.#worker;
    const limit = this.#at === undefined ? STEP_MS : SILENT_MS;
    this.#watch = setTimeout(() => void worker?.kill(), limit).unref();
  }

  #forget(died: WorkerDied): void {
    clearTimeout(this.#watch);
    this.#worker = undefined;
    this.#opened = undefined;
    this.#isTired = false;
    this.#at = undefined;
    for (const { reject } of this.#waiting.values()) reject(died);
    this.#waiting.clear();
  }
}

function asError({ code, message, hint }: Extract<FromWorker, { kind: "failed" }>): Error {
  if (code !== "unavailable" && code !== "conflict") return new Error(`the index worker failed: ${message}`);
  return new ToolError(code, message, hint === undefined ? {} : { hint });
}
