import { setImmediate } from "node:timers/promises";
import type { Answer, Call, Endpoint, Stage } from "../call.ts";
import { ToolError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { Callers } from "./callers.ts";
import type { CallerState } from "./callers.ts";
import { startDeadline } from "./deadline.ts";

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
  /** Aborts when the process closes. */
  readonly closing: AbortSignal;
  /** Calls that came and have no answer yet. */
  readonly open: Set<Promise<Answer>>;
}

/** How long an aborted tool may take to clean up and to say what it has, before its caller is answered anyway. */
const GRACE_MS = 500;

/** Makes the counters that all tools of a process share. */
export function createLimits(options: LimitOptions): Limits {
  const { callsPerMinute = 60_000, concurrent = 64, queue = 256, deadlineMs = 120_000 } = options;
  const closing = new AbortController();
  const open = new Set<Promise<Answer>>();
  options.scope.defer(async () => {
    closing.abort();
    await Promise.allSettled(open);
    // One turn for the stages around us: what was opened before, such as the audit, closes after their last word.
    await setImmediate();
  });
  return {
    callers: new Callers({ callsPerMinute, concurrent, queue }),
    deadlineOf: (tool) => options.deadlines?.[tool] ?? deadlineMs,
    closing: closing.signal,
    open,
  };
}

/**
 * Refuses calls beyond the caller's rate (`unavailable`), lets so many run at once, and answers at the deadline
 * (`timeout`) or after cancellation (`cancelled`) even when the tool below does not listen. The answered run of a
 * question was counted before; a call made by another call runs in that one's place.
 */
export function withLimits(limits: Limits): Stage {
  return (endpoint) => ({
    tool: endpoint.tool,
    async call(input, call) {
      const running = callLimited(endpoint, { input, call, limits });
      limits.open.add(running);
      try {
        return await running;
      } finally {
        limits.open.delete(running);
      }
    },
  });
}

async function callLimited(
  endpoint: Endpoint,
  { input, call, limits }: { readonly input: unknown; readonly call: Call; readonly limits: Limits },
): Promise<Answer> {
  const { server, name } = endpoint.tool;
  const caller = limits.callers.of(call.caller.id);
  if (call.resumed === undefined) countCall(caller, limits);
  const deadline = startDeadline({
    ms: limits.deadlineOf(`${server}.${name}`),
    name,
    sources: [call.signal, limits.closing],
  });
  const { signal } = deadline;
  let leave: (() => void) | undefined;
  try {
    // Waiting for a place that its parent holds, a call would wait forever.
    if (call.parent === undefined) leave = await enter(caller, limits, signal);
    signal.throwIfAborted();
    return await untilAborted(endpoint.call(input, { ...call, signal }), signal);
  } finally {
    leave?.();
    deadline.close();
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

/** The result of the work; after an abort it has a moment to end by itself, then the signal's reason is thrown. */
async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const givenUp = new Promise<never>((_, reject) => {
    const stop = (): void => {
      timer = setTimeout(() => reject(abortReason(signal)), GRACE_MS);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    // The race also handles a failure that comes after all, so that it does not end the process.
    return await Promise.race([work, givenUp]);
  } catch (error) {
    throw signal.aborted ? preferred(error, abortReason(signal)) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** A tool that knows why it was stopped says more than we do; any other error of an aborted tool is noise. */
function preferred(error: unknown, reason: ToolError): ToolError {
  return error instanceof ToolError && error.code === reason.code ? error : reason;
}

function abortReason(signal: AbortSignal): ToolError {
  const reason: unknown = signal.reason;
  return reason instanceof ToolError ? reason : new ToolError("cancelled", "the call was cancelled");
}
