import type { Access, Intent, Place } from "../access.ts";
import { ToolError } from "../errors.ts";
import { byRule, neverWritten, placesOf, type Case, type Refusal } from "./judge.ts";
import { isGuarded } from "./protected.ts";
import { absolutePath, type ReadyRule } from "./rule.ts";
import type { SecretIndex } from "./secret-index.ts";

interface AccessOptions {
  readonly signal: AbortSignal;
  readonly secrets: SecretIndex;
  /** True when a person said yes to this very call: to its paths with what lies below, and to what was foreseen. */
  readonly approved: boolean;
}

/** What one decided call may open: the same rules again, for each place that the door really reaches. */
export function openAccess(of: Case, { signal, secrets, approved }: AccessOptions): Access {
  const byPath = of.rules.filter(({ rule, applies }) => rule.path !== undefined && applies(of.facts));
  const only = (decision: string): ReadyRule[] => byPath.filter(({ rule }) => rule.decision === decision);
  const [denies, asks, allows] = [only("deny"), only("ask"), only("allow")];
  const named = new Set(approved ? placesOf(of).map(absolutePath) : []);
  const foreseen = new Set(approved ? of.foreseen.map(absolutePath) : []);
  const isNamed = (place: Place): boolean => named.has(absolutePath(place));
  const isApproved = (place: Place): boolean =>
    approved && (of.targets.some((target) => isBelow(place, target.place)) || isNamed(place));
  // a grant for once counts only when the call was decided, and spent it
  const isGranted = (place: Place): boolean =>
    allows.some(({ rule, matches }) => rule.once !== true && matches(place));

  const obeyRules = (place: Place, intent: Intent): void => {
    const deny = denies.find(({ matches }) => matches(place));
    if (deny !== undefined)
      throw refuse({ ...byRule(deny.rule.id), message: `rule ${deny.rule.id} closes ${of.show(place)}` });
    const ask = asks.find(({ matches }) => matches(place));
    if (ask === undefined) return;
    if (intent === "replace" && !isNamed(place)) throw refuse(notForeseen(of.show(place)));
    if (!isApproved(place)) throw refuse(notAskedAbout(of.show(place)));
  };
  const mayRead = (place: Place): void => {
    if (isSecret(of, secrets, place)) throw refuse(notRead(of.show(place)));
  };
  const mayWrite = (place: Place): void => {
    if (of.facts.effect === "read") throw refuse(READS_ONLY);
    const { kind } = of.classify(place);
    if (kind === "secret" || kind === "protected" || secrets.has(place))
      throw refuse(neverWritten(of.show(place)));
    if (kind === "runs-later" && !isApproved(place) && !isGranted(place))
      throw refuse(notAskedAbout(of.show(place)));
  };
  const mayReplace = (place: Place): void => {
    if (of.facts.effect === "read") throw refuse(READS_ONLY);
    if (!isGuarded(place, of.classify) || foreseen.has(absolutePath(place)) || isGranted(place)) return;
    throw refuse(notForeseen(of.show(place)));
  };
  return {
    signal,
    permit(place: Place, intent: Intent) {
      obeyRules(place, intent);
      if (intent === "read") mayRead(place);
      if (intent === "write") mayWrite(place);
      if (intent === "replace") mayReplace(place);
    },
  };
}

/** What a call that only reads may open while no rule says anything: everything but secrets. */
export function readAccess(
  of: Pick<Case, "classify" | "show">,
  secrets: SecretIndex,
  signal: AbortSignal,
): Access {
  return {
    signal,
    permit(place: Place, intent: Intent) {
      if (intent === "write" || intent === "replace") throw refuse(READS_ONLY);
      if (intent === "read" && isSecret(of, secrets, place)) throw refuse(notRead(of.show(place)));
    },
  };
}

function isSecret({ classify }: Pick<Case, "classify">, secrets: SecretIndex, place: Place): boolean {
  return classify(place).kind === "secret" || secrets.has(place);
}

const READS_ONLY: Refusal = { message: "a tool that only reads tried to write" };

function refuse({ message, hint }: Refusal): ToolError {
  return new ToolError("denied", message, hint === undefined ? {} : { hint });
}

function notRead(shown: string): Refusal {
  return {
    message: `${shown} may hold secrets: it is not read`,
    hint: "Only the person's own configuration can open it (allowSecrets).",
  };
}

function notAskedAbout(shown: string): Refusal {
  return {
    message: `${shown} needs a person's yes, and this call was not about it by name`,
    hint: "Call the tool with that path itself; the person is asked then.",
  };
}

function notForeseen(shown: string): Refusal {
  return {
    message: `${shown} needs a person's yes before another version replaces it, and this call was not asked about it`,
    hint: "Call the tool again; the person is asked when it would change that.",
  };
}

function isBelow(place: Place, folder: Place): boolean {
  if (place.root !== folder.root) return false;
  return folder.relative === "" || `${place.relative}/`.startsWith(`${folder.relative}/`);
}
