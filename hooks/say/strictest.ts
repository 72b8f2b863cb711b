import type { HookDecision } from "../outcome.ts";

/** From the weakest to the strongest; `defer` outdoes `allow`, since who has no opinion does not agree either. */
const ORDER = ["allow", "defer", "ask", "deny"] as const satisfies readonly HookDecision[];

/** The decision that counts among several; nothing when nobody decided anything. */
export function strictest(decisions: readonly (HookDecision | undefined)[]): HookDecision | undefined {
  return ORDER.findLast((decision) => decisions.includes(decision));
}
