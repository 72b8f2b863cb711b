import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ToolError } from "../errors.ts";
import { childEnvironment } from "./environment.ts";
import { hold } from "./hold.ts";
import { workerFile, type WorkerName } from "./worker.ts";

const START_MS = 10_000;
const IDLE_MS = 30_000;

export interface KillableWorkerOptions {
  /** Milliseconds for one answer, counted from when the worker has the question. */
  readonly answerMs: number;
  /** The most memory, in MiB. */
  readonly megabytes: number;
  /** Milliseconds without work after which it is ended; 30 s without. */
  readonly idleMs?: number;
}

/**
 * Work on foreign input that may never end, in a process of its own: started at first use, ended after some time without
 * work, and killed and replaced when an answer takes too long. Questions are answered one after the other. Not a thread:
 * one that runs out of memory in the wrong moment takes the whole process with it.
 */
export class KillableWorker<Question, Answer> {
  readonly #name: WorkerName;
  readonly #options: KillableWorkerOptions;
  readonly #closing = new AbortController();
  readonly #ending = new Set<Promise<unknown>>();
  #last: Promise<unknown> = Promise.resolve();
  #worker: ChildProcess | undefined;
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
    hold(worker, true);
    worker.send(toJson(question));
    const answer = await this.#next(worker, this.#options.answerMs, stop);
    // a worker at rest must not keep the process alive
    hold(worker, false);
    this.#idle = setTimeout(() => this.#end(worker), this.#options.idleMs ?? IDLE_MS).unref();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own worker answers nothing else
    return answer as Answer;
  }

  async #start(stop: AbortSignal): Promise<ChildProcess> {
    const worker = fork(fileURLToPath(workerFile(this.#name)), [], {
      execArgv: [`--max-old-space-size=${this.#options.megabytes}`],
      env: childEnvironment(),
      // what it prints must not reach our own output, which is the protocol's
      stdio: ["ignore", "ignore", "ignore", "ipc"],
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

  /** The worker's next message; without one in time the worker is killed. */
  async #next(worker: ChildProcess, limitMs: number, stop: AbortSignal): Promise<unknown> {
    const late = AbortSignal.timeout(limitMs);
    const over = new AbortController();
    const signal = AbortSignal.any([stop, late, over.signal]);
    const died = (): void => over.abort();
    worker.once("exit", died);
    try {
      const [message]: unknown[] = await once(worker, "message", { signal });
      return message;
    } catch (error) {
      this.#end(worker);
      stop.throwIfAborted();
      if (late.aborted) throw new ToolError("timeout", "a worker took too long");
      // it died, or its channel broke because it did: nearly always for want of memory
      throw new ToolError("too_large", "a worker ended before it answered", { cause: error });
    } finally {
      worker.off("exit", died);
    }
  }

  #end(worker: ChildProcess | undefined): void {
    if (worker === undefined) return;
    this.#forget(worker);
    if (worker.exitCode !== null || worker.signalCode !== null) return;
    const ending = once(worker, "exit").finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    // whoever closes waits for this, and nothing else may be left that keeps the process alive
    worker.ref();
    worker.kill("SIGKILL");
  }

  #forget(worker: ChildProcess): void {
    if (this.#worker !== worker) return;
    clearTimeout(this.#idle);
    this.#worker = undefined;
  }
}

/** As it will arrive: questions and answers travel as JSON. */
function toJson(question: unknown): string {
  return JSON.stringify(question);
}
