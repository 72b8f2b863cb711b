import type { ServerContext } from "@modelcontextprotocol/server";
import type { Progress } from "../context.ts";

/** At most twenty notifications a second: a tool may report in a tight loop. */
const MIN_GAP_MS = 50;

/**
 * Sends progress to a client that asked for it with a token. What does not rise is dropped, as the protocol
 * demands; so is what comes too fast, or while the client has not taken the last one.
 */
export function reporter(context: ServerContext): (progress: Progress) => void {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => {};
  let last = Number.NEGATIVE_INFINITY;
  let sentAt = Number.NEGATIVE_INFINITY;
  let sending = false;

  return ({ done, total, message }) => {
    const now = performance.now();
    if (sending || !(done > last) || now - sentAt < MIN_GAP_MS || context.mcpReq.signal.aborted) return;
    last = done;
    sentAt = now;
    sending = true;
    const params = {
      progressToken,
      progress: done,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message }),
    };
    context.mcpReq
      .notify({ method: "notifications/progress", params })
      // A client that went away aborts the call; there is nobody left to tell.
      .catch(() => {})
      .finally(() => (sending = false));
  };
}
