import { setMaxListeners } from "node:events";
import { ToolError } from "../errors.ts";

/** Node fires a longer timer at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** A signal of one call; `close` it when the call ends. */
export interface Deadline {
  /** Its reason is a `ToolError`: `timeout`, or `cancelled` when a source aborted. */
  readonly signal: AbortSignal;
  readonly close: () => void;
}

export interface DeadlineOptions {
  readonly ms: number;
  /** What the call is called in the error. */
  readonly name: string;
  readonly sources: readonly AbortSignal[];
}

/**
 * Aborts after `ms` or with the first source. Made by hand, because `AbortSignal.any` and `AbortSignal.timeout`
 * stay on a long-lived source and in the timer queue long after the call.
 */
export function startDeadline({ ms, name, sources }: DeadlineOptions): Deadline {
  const controller = new AbortController();
  const cancel = (): void => {
    controller.abort(new ToolError("cancelled", `${name} was cancelled by its caller`));
  };
  const timer = setTimeout(
    () => {
      controller.abort(
        new ToolError("timeout", `${name} took longer than ${ms / 1_000} s`, {
          hint: "Ask for less at once, or raise limits.deadlineMs in the configuration.",
        }),
      );
    },
    Math.min(ms, LONGEST_MS),
  );
  // Ten calls on one connection's signal, and ten waits in one call, are no leak.
  setMaxListeners(0, controller.signal, ...sources);
  for (const source of sources) {
    if (source.aborted) cancel();
    source.addEventListener("abort", cancel, { once: true });
  }
  return {
    signal: controller.signal,
    close() {
      clearTimeout(timer);
      for (const source of sources) source.removeEventListener("abort", cancel);
    },
  };
}
