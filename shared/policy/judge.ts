import type { Place } from "../access.ts";
import type { HookVerdict, Lifetime } from "../call.ts";
import { escapeForPerson } from "../escape-for-person.ts";
import type { Classify } from "./protected.ts";
import { isGuarded, isProtected } from "./protected.ts";
import type { CallFacts, ReadyRule } from "./rule.ts";
import type { Tier } from "./tier.ts";

/** One path of a call: where its spelling points and where it leads. */
export interface Target {
  readonly spelled: Place;
  readonly place: Place;
  /** Whether the call, if it changes anything, changes it elsewhere. */
  readonly onlyRead: boolean;
}

/** Who asks the person: we by elicitation, the client itself for tier 2, or nobody. */
export type AskMode = "elicit" | "host" | "deny";

/** Everything that a decision rests on. */
export interface Case {
  readonly facts: CallFacts;
  readonly tier: Tier;
  readonly targets: readonly Target[];
  /** What the call would change besides, as far as a rule or protection is about it (`siftForeseen`). */
  readonly foreseen: readonly Place[];
  /** All of them, grants for once too. */
  readonly rules: readonly ReadyRule[];
  readonly classify: Classify;
  readonly readOnly: boolean;
  readonly ask: AskMode;
  readonly hooks: HookVerdict | undefined;
  /** As answers show it, with what hides itself spelled out. */
  readonly show: (place: Place) => string;
}

export type Ruling =
  | { readonly kind: "allow"; readonly because: string; readonly granted: boolean }
  | ({ readonly kind: "deny"; readonly because: string } & Refusal)
  | {
      readonly kind: "ask";
      readonly because: string;
      /** For the person, each a clause of our own. */
      readonly reasons: readonly string[];
      readonly lifetimes: readonly Lifetime[];
    };

/** What the model is told. `details` is foreign text. */
export interface Refusal {
  readonly message: string;
  readonly hint?: string;
  readonly details?: string;
}

/** One reason to ask. */
interface Doubt {
  readonly because: string;
  readonly reason: string;
  /** Asked at every call, whatever was granted before. */
  readonly always: boolean;
  /** What a grant has to cover; nothing for a call without paths. */
  readonly places: readonly Place[];
  /** Only a grant that names a path answers it. */
  readonly byPath: boolean;
}

/** More places than this are not remembered: a yes to them is for once. */
const MOST_KEPT = 100;

/** Every place that a call is about: where its paths lead, and what was foreseen. */
export function placesOf({ targets, foreseen }: Pick<Case, "targets" | "foreseen">): readonly Place[] {
  return [...targets.map(({ place }) => place), ...foreseen];
}

/** Deny beats ask beats allow; pure. */
export function judge(of: Case): Ruling {
  const denied = denial(of);
  if (denied !== undefined) return { kind: "deny", ...denied };
  const doubts = doubtsOf(of);
  const open = doubts.filter((doubt) => doubt.always || !isCovered(doubt, of));
  if (open.length > 0) {
    return {
      kind: "ask",
      because: open.map(({ because }) => because).join(", "),
      reasons: open.map(({ reason }) => reason),
      lifetimes:
        of.foreseen.length > MOST_KEPT || open.some(({ always }) => always)
          ? ["once"]
          : ["once", "session", "always"],
    };
  }
  if (doubts.length === 0) return { kind: "allow", because: `tier ${of.tier}`, granted: false };
  return { kind: "allow", because: grantsBehind(of).join(", "), granted: true };
}

/** The rules that a call spends to be allowed once, or nothing when they do not cover all of it. */
export function coverOnce(of: Case): readonly string[] | undefined {
  const fitting = of.rules.filter(({ rule, applies }) => rule.once === true && applies(of.facts));
  const byPath = new Set(doubtsOf(of).flatMap((doubt) => (doubt.byPath ? doubt.places : [])));
  const needed = placesOf(of).map((place) =>
    fitting.find(({ rule, matches }) => matches(place) && (rule.path !== undefined || !byPath.has(place))),
  );
  if (needed.length === 0) needed.push(fitting.find(({ rule }) => rule.path === undefined));
  const ids = needed.map((found) => found?.rule.id);
  return ids.every((id) => id !== undefined) ? [...new Set(ids)] : undefined;
}

function denial(of: Case): (Refusal & { readonly because: string }) | undefined {
  if (of.readOnly && of.facts.effect !== "read")
    return {
      because: "read-only",
      message: "this server only reads",
      hint: "It was started with --read-only; leave the change to the person.",
    };
  const deny = of.rules.find((each) => each.rule.decision === "deny" && concerns(each, of));
  if (deny !== undefined) return { because: `rule ${deny.rule.id}`, ...closedBy(deny, of) };
  if (of.hooks?.decision === "deny")
    return {
      because: hookName(of.hooks),
      message: "a hook of the person denies this call",
      ...saidBy(of.hooks.reason),
    };
  return of.facts.effect === "read" ? undefined : protectedTarget(of);
}

function hookName({ by }: HookVerdict): string {
  return by === undefined ? "hook" : `hook ${by}`;
}

/** What is said of a call or a place that a deny rule closes. */
export function byRule(id: string): Refusal {
  return {
    message: `rule ${id} denies this call`,
    hint: "Its person sees the rules with: plumbline approvals list",
  };
}

/** Names the place that the call itself does not name. */
function closedBy({ rule, matches }: ReadyRule, { foreseen, show }: Case): Refusal {
  const said = byRule(rule.id);
  const place = rule.path === undefined ? undefined : foreseen.find(matches);
  if (place === undefined) return said;
  return { ...said, message: `rule ${rule.id} closes ${show(place)}, which this call would change` };
}

function saidBy(details: string | undefined): { details?: string } {
  return details === undefined ? {} : { details };
}

function protectedTarget(of: Case): (Refusal & { readonly because: string }) | undefined {
  const place = of.targets
    .filter(({ onlyRead }) => !onlyRead)
    .flatMap(({ spelled, place }) => [place, spelled])
    .find((each) => isProtected(of.classify(each)));
  return place === undefined ? undefined : { because: "protected path", ...neverWritten(of.show(place)) };
}

/** What is said of a write to a protected place. */
export function neverWritten(shown: string): Refusal {
  return {
    message: `${shown} is protected: no tool writes it`,
    hint: "Tell the person what to change there by hand.",
  };
}

function doubtsOf(of: Case): Doubt[] {
  const all = placesOf(of);
  const doubts: Doubt[] = of.rules
    .filter((each) => each.rule.decision === "ask" && concerns(each, of))
    .map(({ rule }) => ({
      because: `rule ${rule.id}`,
      reason: `${rule.origin === "person" ? "your" : "the configuration's"} rule ${rule.id} asks each time`,
      always: true,
      places: all,
      byPath: false,
    }));
  if (of.hooks?.decision === "ask") {
    const words = of.hooks.reason;
    // it stands among our own sentences
    const reason = words === undefined ? "a hook asks" : `a hook asks: ${escapeForPerson(words)}`;
    doubts.push({ because: hookName(of.hooks), reason, always: true, places: all, byPath: false });
  }
  return [...doubts, ...guardedDoubt(of), ...laterDoubt(of), ...tierDoubt(of, all)];
}

function guardedDoubt({ foreseen, classify, show }: Case): Doubt[] {
  const places = foreseen.filter((place) => isGuarded(place, classify));
  if (places.length === 0) return [];
  const named = places.slice(0, 3).map(show);
  const last = places.length > 3 ? `${places.length - 3} others` : named.pop();
  const names = named.length === 0 ? last : `${named.join(", ")} and ${last}`;
  const reason = `it would change ${names}, which ${places.length === 1 ? "is" : "are"} protected`;
  return [{ because: "protected path", reason, always: false, places, byPath: true }];
}

function laterDoubt(of: Case): Doubt[] {
  if (of.facts.effect === "read") return [];
  const later = of.targets
    .filter(({ onlyRead }) => !onlyRead)
    .filter(({ spelled, place }) => [spelled, place].some((each) => of.classify(each).kind === "runs-later"))
    .map(({ place }) => place);
  if (later.length === 0) return [];
  const named = later.slice(0, 3).map(of.show).join(", ");
  const reason = `${named}${later.length > 3 ? " and others" : ""} will run later by itself`;
  return [{ because: "runs later", reason, always: false, places: later, byPath: true }];
}

function tierDoubt({ facts, tier, ask }: Case, places: readonly Place[]): Doubt[] {
  if (tier < 2 || (tier === 2 && ask === "host")) return [];
  const reason =
    tier === 3
      ? "it may send something off this machine"
      : facts.effect === "destroy"
        ? "it cannot be undone"
        : "it runs a program";
  return [{ because: `tier ${tier}`, reason, always: false, places, byPath: false }];
}

/** A refusing rule concerns a call when one of its places is the rule's, by spelling or by where it leads. */
function concerns({ rule, applies, matches }: ReadyRule, { facts, targets, foreseen }: Case): boolean {
  if (!applies(facts)) return false;
  if (rule.path === undefined || foreseen.some(matches)) return true;
  return targets.some(({ spelled, place }) => matches(spelled) || matches(place));
}

/** A grant has to cover every place where the call leads; the spelling earns nothing. */
function isCovered({ places, byPath }: Doubt, of: Case): boolean {
  const grants = grantsOf(of).filter(({ rule }) => !byPath || rule.path !== undefined);
  if (places.length === 0) return grants.some(({ rule }) => rule.path === undefined);
  return places.every((place) => grants.some(({ matches }) => matches(place)));
}

function grantsOf({ rules, facts }: Case): ReadyRule[] {
  return rules.filter(
    ({ rule, applies }) => rule.decision === "allow" && rule.once !== true && applies(facts),
  );
}

function grantsBehind(of: Case): string[] {
  return grantsOf(of)
    .filter(({ rule, matches }) => rule.path === undefined || placesOf(of).some(matches))
    .map(({ rule }) => `rule ${rule.id}`)
    .slice(0, 3);
}
