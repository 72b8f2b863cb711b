import { setImmediate } from "node:timers/promises";
import { Alarms } from "../alarms.ts";
import type { Stage } from "../call.ts";
import { ToolError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { Callers } from "./callers.ts";
import type { CallerState } from "./callers.ts";
import { startDeadline, type Deadline } from "./deadline.ts";

export interface LimitOptions {
  /** For each caller; default 60,000. A minute's worth may come at once. */
  readonly callsPerMinute?: number;
  /** Calls of one caller that run at once; default 64. */
  readonly concurrent?: number;
  /** Calls of one caller that may wait for their turn; default 256. */
  readonly queue?: number;
  /** From arrival to answer, waiting included; default 120,000. */
  readonly deadlineMs?: number;
  /** Other deadlines, in milliseconds by `<server>.<tool>`. */
  readonly deadlines?: Readonly<Record<string, number>>;
  /** Closing it cancels every call and waits for their ends, half a second at most. */
  readonly scope: Scope;
}

/** The limits of one process, shared by all of its tools. */
export interface Limits {
  readonly callers: Callers;
  readonly deadlineOf: (tool: string) => number;
  /** Calls that run or wait; closing the process cancels them and waits for their end. */
  readonly open: OpenCalls;
  readonly alarms: Alarms;
}

/** Makes the counters that all tools of a process share. */
export function createLimits(options: LimitOptions): Limits {
  const { callsPerMinute = 60_000, concurrent = 64, queue = 256, deadlineMs = 120_000 } = options;
  const open = new OpenCalls();
  options.scope.defer(async () => {
    await open.cancel();
    // One turn for the stages around us: what was opened before, such as the audit, closes after their last word.
    await setImmediate();
  });
  return {
    callers: new Callers({ callsPerMinute, concurrent, queue }),
    deadlineOf: (tool) => options.deadlines?.[tool] ?? deadlineMs,
    open,
    alarms: new Alarms(),
  };
}

/**
 * Refuses calls beyond the caller's rate (`unavailable`), lets so many run at once, and answers at the deadline
 * (`timeout`) or after cancellation (`cancelled`) even when the tool below does not listen. The answered run of a
 * question was counted before; a call made by another call runs in that one's place.
 */
export function withLimits(limits: Limits): Stage {
  return (endpoint) => {
    const { server, name } = endpoint.tool;
    const ms = limits.deadlineOf(`${server}.${name}`);
    return {
      tool: endpoint.tool,
      async call(input, call) {
        const caller = limits.callers.of(call.caller.id);
        if (call.resumed === undefined) countCall(caller, limits);
        const deadline = startDeadline({ ms, name, call, alarms: limits.alarms });
        const { signal } = deadline;
        limits.open.add(deadline);
        let leave: (() => void) | undefined;
        try {
          signal.throwIfAborted();
          // Waiting for a place that its parent holds, a call would wait forever.
          if (call.parent === undefined)
            leave = caller.turnstile.pass() ?? (await enter(caller, limits, signal));
          return await deadline.race(endpoint.call(input, { ...call, signal }));
        } catch (error) {
          throw signal.aborted ? preferred(error, signal.reason) : error;
        } finally {
          leave?.();
          deadline.close();
          limits.open.delete(deadline);
        }
      },
    };
  };
}

/** The calls that run or wait. */
class OpenCalls {
  readonly #calls = new Set<Deadline>();
  #emptied: (() => void) | undefined;

  get size(): number {
    return this.#calls.size;
  }

  add(call: Deadline): void {
    this.#calls.add(call);
  }

  delete(call: Deadline): void {
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.#emptied?.();
  }

  /** Cancels all; resolves when each has ended. */
  async cancel(): Promise<void> {
    for (const { cancel } of this.#calls) cancel();
    if (this.#calls.size > 0) await new Promise<void>((resolve) => (this.#emptied = resolve));
  }
}

function countCall({ bucket }: CallerState, { callers }: Limits): void {
  const waitMs = bucket.take(performance.now());
  if (waitMs === 0) return;
  throw new ToolError("unavailable", `more than ${callers.limits.callsPerMinute} calls a minute`, {
    hint: `Wait ${waitMs} ms and call again, or raise limits.callsPerMinute in the configuration.`,
  });
}

async function enter(
  { turnstile }: CallerState,
  { callers }: Limits,
  signal: AbortSignal,
): Promise<() => void> {
  const leave = await turnstile.enter(signal);
  if (leave !== undefined) return leave;
  const { concurrent, queue } = callers.limits;
  throw new ToolError("unavailable", `${concurrent} calls are running and ${queue} more wait`, {
    hint: "Wait for answers before calling again, or raise limits.concurrent in the configuration.",
  });
}

/** A tool that knows why it was stopped says more than we do; any other error of an aborted tool is noise. */
function preferred(error: unknown, reason: unknown): unknown {
  const isSame = error instanceof ToolError && reason instanceof ToolError && error.code === reason.code;
  return isSame ? error : reason;
}
