import type { Place } from "../access.ts";
import { Turns } from "../edit/turns.ts";
import type { Case } from "./judge.ts";
import { isGuarded } from "./protected.ts";
import { absolutePath } from "./rule.ts";

/** Places between two looks at the clock. */
const AT_ONCE = 64;

/**
 * Of all that a call would change, what has to be decided about: what is guarded, and what a deny or ask rule names.
 * Each once, in one order however it came. Many places take turns with other calls.
 */
export async function siftForeseen(
  places: readonly Place[],
  { rules, facts, classify }: Case,
  signal: AbortSignal,
): Promise<readonly Place[]> {
  const refusing = rules.filter(
    ({ rule, applies }) => rule.path !== undefined && rule.decision !== "allow" && applies(facts),
  );
  const kept = new Map<string, Place>();
  const turns = new Turns(signal);
  for (const [index, place] of places.entries()) {
    if (index % AT_ONCE === 0) await turns.take();
    if (isGuarded(place, classify) || refusing.some(({ matches }) => matches(place)))
      kept.set(absolutePath(place), place);
  }
  return [...kept].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, place]) => place);
}
