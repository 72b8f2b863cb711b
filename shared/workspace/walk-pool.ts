import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { isErrno, ToolError } from "../errors.ts";
import { workerFile } from "../process/worker.ts";
import { listFlat } from "./list-flat.ts";
import { WALK_DEADLINE_MS, type WalkResult } from "./walk-request.ts";
import { unpackResult } from "./walk-pack.ts";
import type { WalkJob, WalkReply } from "./walk-worker.ts";

const MOST_WORKERS = 2;
const IDLE_MS = 30_000;
const MOST_MEGABYTES = 1_024;

interface Walker {
  readonly worker: Worker;
  idle?: NodeJS.Timeout;
}

/**
 * Walks trees in at most two workers, started at first use and ended after 30 s without work. A worker that runs past its deadline
 * or whose call is aborted is ended: that is the only way to stop a regular expression.
 */
export class WalkPool {
  readonly #idle: Walker[] = [];
  readonly #all = new Set<Walker>();
  readonly #waiting: (() => void)[] = [];
  readonly #closing = new AbortController();
  #running = 0;

  /** Throws `timeout` when the walk takes too long, the signal's reason when it is aborted. */
  async run(job: WalkJob, signal: AbortSignal): Promise<WalkResult> {
    const listed = await listFlat(job, signal);
    if (listed !== undefined) return listed;
    while (this.#running >= MOST_WORKERS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    try {
      signal.throwIfAborted();
      this.#closing.signal.throwIfAborted();
      return resultOf(await this.#ask(job, signal));
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Ends all workers; walks that still run fail. */
  async close(): Promise<void> {
    this.#closing.abort(new ToolError("cancelled", "the server is stopping"));
    await Promise.all([...this.#all].map((walker) => this.#end(walker)));
  }

  async #ask(job: WalkJob, signal: AbortSignal): Promise<WalkReply> {
    const late = AbortSignal.timeout(job.request.deadlineMs ?? WALK_DEADLINE_MS);
    const walker = this.#idle.pop() ?? this.#start();
    clearTimeout(walker.idle);
    walker.worker.ref();
    try {
      walker.worker.postMessage(job, []);
      const stop = AbortSignal.any([signal, late, this.#closing.signal]);
      const [reply] = await once(walker.worker, "message", { signal: stop });
      this.#rest(walker);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own worker answers nothing else
      return reply as WalkReply;
    } catch (error) {
      // the caller closes its handles next, and a walk must not outlive them
      await this.#end(walker);
      signal.throwIfAborted();
      this.#closing.signal.throwIfAborted();
      throw late.aborted ? tooLong() : foreign(error);
    }
  }

  #start(): Walker {
    const worker = new Worker(workerFile("walk-worker"), {
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
    });
    const walker: Walker = { worker };
    // a worker that dies while it rests is replaced at the next use
    worker.on("error", () => {});
    worker.on("exit", () => this.#forget(walker));
    this.#all.add(walker);
    return walker;
  }

  #rest(walker: Walker): void {
    // an idle worker must not keep the process alive
    walker.worker.unref();
    walker.idle = setTimeout(() => void this.#end(walker), IDLE_MS).unref();
    this.#idle.push(walker);
  }

  async #end(walker: Walker): Promise<void> {
    this.#forget(walker);
    await walker.worker.terminate();
  }

  #forget(walker: Walker): void {
    clearTimeout(walker.idle);
    this.#all.delete(walker);
    const at = this.#idle.indexOf(walker);
    if (at !== -1) this.#idle.splice(at, 1);
  }
}

function resultOf(reply: WalkReply): WalkResult {
  if ("result" in reply) return unpackResult(reply.result);
  if ("failed" in reply) throw new Error(`the walk failed: ${reply.failed}`);
  const { code, message, hint } = reply.refused;
  throw new ToolError(code, message, hint === undefined ? {} : { hint });
}

function tooLong(): ToolError {
  return new ToolError("timeout", "walking the directory took too long", {
    hint: "Start at a deeper directory, or use simpler globs.",
  });
}

function foreign(error: unknown): unknown {
  if (!isErrno(error, "ERR_WORKER_OUT_OF_MEMORY")) return error;
  return new ToolError("too_large", "the directory holds too many entries to sort", {
    hint: "Start at a deeper directory, or sort by path.",
  });
}
