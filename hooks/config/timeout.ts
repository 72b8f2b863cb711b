import type { EventFacts } from "./events.ts";

const SECOND = 1_000;
const MAX_MS = 600 * SECOND;
/** An hour: nobody means a hook to take that long, but many take this for milliseconds. */
const LIKELY_MS = 3_600;

/** A handler's time, and what is odd about the number that its file gives. */
export interface Timeout {
  readonly ms: number;
  readonly odd?: "timeout_looks_like_ms" | "timeout_cut";
}

/** What `timeout` (seconds, positive) comes to at an event; milliseconds when the number only makes sense so. */
export function timeoutOf(
  given: number | undefined,
  facts: Pick<EventFacts, "timeoutMs" | "maxTimeoutMs">,
): Timeout {
  if (given === undefined) return { ms: facts.timeoutMs };
  const looksLikeMs = given >= LIKELY_MS;
  const wanted = Math.max(1, Math.round(looksLikeMs ? given : given * SECOND));
  const ms = Math.min(wanted, facts.maxTimeoutMs ?? MAX_MS);
  if (looksLikeMs) return { ms, odd: "timeout_looks_like_ms" };
  return ms < wanted ? { ms, odd: "timeout_cut" } : { ms };
}
