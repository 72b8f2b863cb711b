import type { ProgressNotification, ProgressToken } from "@modelcontextprotocol/server";
import type { Progress } from "../context.ts";

/** At most twenty notifications a second: a tool may report in a tight loop. */
const MIN_GAP_MS = 50;

/** Sends one notification; resolves when the client can take another. */
export type Notify = (notification: ProgressNotification) => Promise<void>;

export interface ReporterOptions {
  /** Undefined for a client that asked for nothing. */
  readonly progressToken: ProgressToken | undefined;
  readonly signal: AbortSignal;
  readonly notify: Notify;
}

/**
 * Sends progress to a client that asked for it with a token. What does not rise is dropped, as the protocol
 * demands; so is what comes too fast, or while the client has not taken the last one.
 */
export function reporter({ progressToken, signal, notify }: ReporterOptions): (progress: Progress) => void {
  if (progressToken === undefined) return () => {};
  let last = Number.NEGATIVE_INFINITY;
  let sentAt = Number.NEGATIVE_INFINITY;
  let sending = false;

  return ({ done, total, message }) => {
    const now = performance.now();
    if (sending || !(done > last) || now - sentAt < MIN_GAP_MS || signal.aborted) return;
    last = done;
    sentAt = now;
    sending = true;
    const params = {
      progressToken,
      progress: done,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message }),
    };
    notify({ method: "notifications/progress", params })
      // A client that went away aborts the call; there is nobody left to tell.
      .catch(() => {})
      .finally(() => (sending = false));
  };
}
