import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ToolError } from "../errors.ts";
import { hold } from "./hold.ts";
import type { RunResult } from "./run-here.ts";
import type { FromStarter, RunFailure, RunJob, ToStarter } from "./run-job.ts";
import { workerFile } from "./worker.ts";

const IDLE_MS = 60_000;
/** After one that did not come up, or died, programs are children of this process for so long. */
const WITHOUT_MS = 30_000;

interface Waiting {
  resolve(result: RunResult): void;
  reject(error: unknown): void;
}

// Module state on purpose: one for the whole process, as the operating system keeps its children.
let starter: Starter | undefined;
let withoutUntil = 0;

/** Nothing while there is no process that starts programs for us: the first call only brings one up. */
export function runApart(job: RunJob, signal: AbortSignal): Promise<RunResult> | undefined {
  if (starter === undefined && Date.now() >= withoutUntil) starter = new Starter();
  return starter?.run(job, signal);
}

/** A small process that starts programs and tells what they gave. */
class Starter {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #isReady = false;
  #lastId = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor() {
    this.#child = fork(fileURLToPath(workerFile("run-worker")), [], {
      // what it starts gets the environment of its job and nothing else
      env: {},
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#child.on("message", (message: FromStarter) => this.#hear(message));
    this.#child.on("error", () => this.#end());
    this.#child.on("exit", () => this.#end());
    hold(this.#child, false);
  }

  run(job: RunJob, signal: AbortSignal): Promise<RunResult> | undefined {
    if (!this.#isReady || !this.#child.connected) return undefined;
    clearTimeout(this.#idle);
    const id = (this.#lastId += 1);
    const stop = (): void => this.#say({ id, stop: true });
    signal.addEventListener("abort", stop, { once: true });
    const done = new Promise<RunResult>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    hold(this.#child, true);
    this.#say({ id, job });
    return this.#settled(done, { id, signal, stop });
  }

  async #settled(
    done: Promise<RunResult>,
    { id, signal, stop }: { readonly id: number; readonly signal: AbortSignal; readonly stop: () => void },
  ): Promise<RunResult> {
    try {
      const result = await done;
      signal.throwIfAborted();
      return result;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#rest();
    }
  }

  #say(message: ToStarter): void {
    // one that died tells so by its exit
    this.#child.send(message, () => undefined);
  }

  #hear(message: FromStarter): void {
    if (message.id === undefined) this.#isReady = true;
    else if ("result" in message) this.#waiting.get(message.id)?.resolve(message.result);
    else this.#waiting.get(message.id)?.reject(errorOf(message.failure));
  }

  /** Nothing runs: it must not keep our own process alive, and not live for ever. */
  #rest(): void {
    hold(this.#child, false);
    this.#idle = setTimeout(() => {
      if (starter === this) starter = undefined;
      this.#child.disconnect();
    }, IDLE_MS).unref();
  }

  #end(): void {
    clearTimeout(this.#idle);
    if (starter === this) {
      starter = undefined;
      withoutUntil = Date.now() + WITHOUT_MS;
    }
    // what it had begun may be done or not: nobody knows
    for (const waiting of this.#waiting.values())
      waiting.reject(
        new ToolError("external", "the process that starts programs ended in the middle", {
          hint: "Look what was done, then try again.",
        }),
      );
  }
}

function errorOf({ code, message, hint, errno }: RunFailure): Error {
  if (code === undefined) return new Error(message);
  const cause = errno === undefined ? undefined : Object.assign(new Error(errno), { code: errno });
  return new ToolError(code, message, { cause, ...(hint === undefined ? {} : { hint }) });
}
