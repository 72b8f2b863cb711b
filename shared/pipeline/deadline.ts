import { setMaxListeners } from "node:events";
import { ToolError } from "../errors.ts";

/** Node fires a longer timer at once. */
const LONGEST_MS = 2 ** 31 - 1;
/** How long an aborted tool may take to clean up and to say what it has, before its caller is answered anyway. */
const GRACE_MS = 500;

/** The time of one call; `close` it when the call ends. */
export interface Deadline {
  /** Its reason is a `ToolError`: `timeout`, or `cancelled` when the source aborted. */
  readonly signal: AbortSignal;
  /** The work's own end, or that reason a moment after the abort when the work does not listen. */
  readonly race: <Result>(work: Promise<Result>) => Promise<Result>;
  readonly cancel: () => void;
  readonly close: () => void;
}

export interface DeadlineOptions {
  readonly ms: number;
  /** What the call is called in the error. */
  readonly name: string;
  readonly source: AbortSignal;
}

/**
 * Aborts after `ms`, with its source, or by `cancel`. Made by hand, because `AbortSignal.any` and
 * `AbortSignal.timeout` stay on a long-lived source and in the timer queue long after the call.
 */
export function startDeadline({ ms, name, source }: DeadlineOptions): Deadline {
  const controller = new AbortController();
  let grace: NodeJS.Timeout | undefined;
  let giveUp: (reason: ToolError) => void = () => {};
  const abort = (reason: ToolError): void => {
    if (controller.signal.aborted) return;
    controller.abort(reason);
    grace = setTimeout(() => giveUp(reason), GRACE_MS);
  };
  const cancel = (): void => abort(new ToolError("cancelled", `${name} was cancelled by its caller`));
  const timer = setTimeout(() => abort(lateness(name, ms)), Math.min(ms, LONGEST_MS));
  // Ten calls on one connection's signal, and ten waits in one call, are no leak.
  setMaxListeners(0, controller.signal, source);
  if (source.aborted) cancel();
  else source.addEventListener("abort", cancel);
  return {
    signal: controller.signal,
    race: (work) =>
      // Also handles a failure that comes after all, so that it does not end the process.
      new Promise((resolve, reject) => {
        giveUp = reject;
        work.then(resolve, reject);
      }),
    cancel,
    close() {
      clearTimeout(timer);
      clearTimeout(grace);
      source.removeEventListener("abort", cancel);
    },
  };
}

function lateness(name: string, ms: number): ToolError {
  return new ToolError("timeout", `${name} took longer than ${ms / 1_000} s`, {
    hint: "Ask for less at once, or raise limits.deadlineMs in the configuration.",
  });
}
