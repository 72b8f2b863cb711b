import { isDeepStrictEqual } from "node:util";
import type { HookVerdict } from "../shared/call.ts";
import { shown } from "../shared/config/shown.ts";
import type { BeforeCall } from "../shared/pipeline/hooks.ts";
import type { Outcome } from "./outcome.ts";
import type { Combined } from "./say/combine.ts";
import type { PlacedView } from "./seen-views.ts";

const NOT_SAID = "a hook wants another input, which cannot be said in the terms of this tool";

/** A call that is denied because of what is wrong with the hooks themselves. */
export function failedClosed(what: string): BeforeCall {
  const reason = `${what}, and hooks fail closed here: plumbline hooks status`;
  return { kind: "verdict", verdict: { decision: "deny", reason } };
}

/**
 * A hook that repeats its input changes nothing. One that rewrites a view which nothing can be rewritten through, such as
 * one file of many, denies: its wish would be lost otherwise.
 */
export function withHonestRewrite(
  { updatedInput, ...outcome }: Outcome,
  { given, placed }: { readonly given: unknown; readonly placed: PlacedView | undefined },
): Outcome {
  if (updatedInput === undefined || isDeepStrictEqual(updatedInput, given)) return outcome;
  if (placed === undefined || placed.view.rewrite !== undefined) return { ...outcome, updatedInput };
  return { ...outcome, status: "blocked", decision: "deny", reason: NOT_SAID };
}

export interface CallFacts {
  /** Files that the call touches and no hook was shown. */
  readonly unseen: number;
  /** Through which view the hook at this index of what was said saw the call. */
  readonly placedBy: (index: number) => PlacedView | undefined;
}

/** What hooks said before a call, in the terms of the call itself. */
export function verdictOf(combined: Combined, { unseen, placedBy }: CallFacts): BeforeCall {
  const { updatedInput } = combined;
  const verdict = unseen === 0 ? plain(combined) : askedAbout(unseen, plain(combined));
  if (updatedInput === undefined || verdict.decision === "deny") return { kind: "verdict", verdict };
  const placed = placedBy(updatedInput.by);
  const input = placed === undefined ? updatedInput.value : placed.view.rewrite?.(updatedInput.value);
  if (input !== undefined) return { kind: "verdict", verdict, input };
  return { kind: "verdict", verdict: { ...verdict, decision: "deny", reason: NOT_SAID } };
}

/** Characters of the names of hooks that are put on record. */
const MOST_NAMED = 200;

function plain({ decision, by, reason, stop, notes }: Combined): HookVerdict {
  return {
    decision,
    ...(by.length === 0 ? {} : { by: shown(by.join(", "), MOST_NAMED) }),
    ...(reason === undefined ? {} : { reason }),
    ...(stop === undefined ? {} : { stop }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** A guard that saw only some of the files has not agreed to the others. */
function askedAbout(unseen: number, verdict: HookVerdict): HookVerdict {
  if (verdict.decision === "deny" || verdict.decision === "ask") return verdict;
  const reason = `it was not shown ${unseen} or more further files in there`;
  return { ...verdict, decision: "ask", reason };
}
