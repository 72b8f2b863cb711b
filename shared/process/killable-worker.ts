import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { isErrno, ToolError } from "../errors.ts";
import { workerFile, type WorkerName } from "./worker.ts";

const START_MS = 10_000;
const IDLE_MS = 30_000;

export interface KillableWorkerOptions {
  /** Milliseconds for one answer, counted from when the worker has the question. */
  readonly answerMs: number;
  /** The most memory, in MiB. */
  readonly megabytes: number;
}

/**
 * Work on foreign input that may never end, in one worker: started at first use, ended after 30 s without work, and
 * stopped and replaced when an answer takes too long. Questions are answered one after the other.
 */
export class KillableWorker<Question, Answer> {
  readonly #name: WorkerName;
  readonly #options: KillableWorkerOptions;
  readonly #closing = new AbortController();
  readonly #ending = new Set<Promise<unknown>>();
  #last: Promise<unknown> = Promise.resolve();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(name: WorkerName, options: KillableWorkerOptions) {
    this.#name = name;
    this.#options = options;
  }

  /**
   * Throws the signal's reason at once when it is aborted, `timeout` when there is no answer in time, `too_large` when the
   * memory does not suffice, `unavailable` when the worker does not start, `cancelled` after `close`.
   */
  async ask(question: Question, signal: AbortSignal): Promise<Answer> {
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    stop.throwIfAborted();
    const stopped = new Promise<never>((_, reject) => {
      stop.addEventListener("abort", () => reject(stop.reason), { once: true });
    });
    const answer = this.#last.then(() => this.#answer(question, stop));
    this.#last = answer.catch(() => {});
    return Promise.race([answer, stopped]);
  }

  /** Ends the worker; questions without an answer fail. */
  async close(): Promise<void> {
    this.#closing.abort(new ToolError("cancelled", "the server is stopping"));
    await this.#last;
    this.#end(this.#worker);
    await Promise.all(this.#ending);
  }

  async #answer(question: Question, stop: AbortSignal): Promise<Answer> {
    stop.throwIfAborted();
    clearTimeout(this.#idle);
    const worker = this.#worker ?? (await this.#start(stop));
    worker.ref();
    worker.postMessage(question, []);
    const answer = await this.#next(worker, this.#options.answerMs, stop);
    // a worker at rest must not keep the process alive
    worker.unref();
    this.#idle = setTimeout(() => this.#end(worker), IDLE_MS).unref();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own worker answers nothing else
    return answer as Answer;
  }

  async #start(stop: AbortSignal): Promise<Worker> {
    const worker = new Worker(workerFile(this.#name), {
      resourceLimits: { maxOldGenerationSizeMb: this.#options.megabytes },
      // what it prints must not reach our own output, which is the protocol's
      stdout: true,
      stderr: true,
      env: {},
      execArgv: [],
    });
    // one that dies at rest is replaced at the next question
    worker.on("error", () => {});
    worker.on("exit", () => this.#forget(worker));
    this.#worker = worker;
    try {
      await this.#next(worker, START_MS, stop);
    } catch (error) {
      stop.throwIfAborted();
      throw new ToolError("unavailable", "a worker did not start", { cause: error });
    }
    return worker;
  }

  /** The worker's next message; without one in time the worker is ended. */
  async #next(worker: Worker, limitMs: number, stop: AbortSignal): Promise<unknown> {
    const late = AbortSignal.timeout(limitMs);
    try {
      const [message]: unknown[] = await once(worker, "message", {
        signal: AbortSignal.any([stop, late]),
      });
      return message;
    } catch (error) {
      this.#end(worker);
      stop.throwIfAborted();
      throw late.aborted ? new ToolError("timeout", "a worker took too long") : worded(error);
    }
  }

  /** Not waited for: a long step of the engine's own code ends first, and nobody needs to wait for that. */
  #end(worker: Worker | undefined): void {
    if (worker === undefined) return;
    this.#forget(worker);
    const ending = worker.terminate().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #forget(worker: Worker): void {
    if (this.#worker !== worker) return;
    clearTimeout(this.#idle);
    this.#worker = undefined;
  }
}

function worded(error: unknown): unknown {
  if (!isErrno(error, "ERR_WORKER_OUT_OF_MEMORY")) return error;
  return new ToolError("too_large", "a worker needs too much memory");
}
