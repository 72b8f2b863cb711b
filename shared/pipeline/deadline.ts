import { setMaxListeners } from "node:events";
import type { Alarms } from "../alarms.ts";
import type { Call } from "../call.ts";
import { ToolError } from "../errors.ts";

/** How long an aborted tool may take to clean up and to say what it has, before its caller is answered anyway. */
const GRACE_MS = 500;

/** The time of one call; `close` it when the call ends. */
export interface Deadline {
  /** Its reason is a `ToolError`: `timeout`, or `cancelled` when the caller took the call back. */
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
  readonly call: Pick<Call, "signal" | "abort">;
  readonly alarms: Alarms;
}

/**
 * Aborts after `ms`, with the call's own signal, or by `cancel`. Made by hand, because `AbortSignal.any` and
 * `AbortSignal.timeout` stay on a long-lived source and in the timer queue long after the call.
 */
export function startDeadline({ ms, name, call, alarms }: DeadlineOptions): Deadline {
  const own = call.abort === undefined ? new AbortController() : undefined;
  const signal = own?.signal ?? call.signal;
  let grace: NodeJS.Timeout | undefined;
  let giveUp: (reason: unknown) => void = () => {};
  const stop = (reason: ToolError): void => {
    if (!signal.aborted) (call.abort ?? ((why) => own?.abort(why)))(reason);
  };
  const cancel = (): void => stop(new ToolError("cancelled", `${name} was cancelled by its caller`));
  const quiet = alarms.set(ms, () => stop(lateness(name, ms)));
  // Ten calls on one connection's signal, and ten waits in one call, are no leak.
  setMaxListeners(0, signal, call.signal);
  signal.addEventListener("abort", () => (grace = setTimeout(() => giveUp(signal.reason), GRACE_MS)));
  if (own !== undefined && call.signal.aborted) cancel();
  else if (own !== undefined) call.signal.addEventListener("abort", cancel);
  return {
    signal,
    race: (work) =>
      // Also handles a failure that comes after all, so that it does not end the process.
      new Promise((resolve, reject) => {
        giveUp = reject;
        work.then(resolve, reject);
      }),
    cancel,
    close() {
      quiet();
      clearTimeout(grace);
      if (own !== undefined) call.signal.removeEventListener("abort", cancel);
    },
  };
}

function lateness(name: string, ms: number): ToolError {
  return new ToolError("timeout", `${name} took longer than ${ms / 1_000} s`, {
    hint: "Ask for less at once, or raise limits.deadlineMs in the configuration.",
  });
}
