import { posix } from "node:path";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { ViewTool } from "../../shared/tool.ts";
import { factsOf, type EventName } from "../config/events.ts";
import type { Handler, LoadedHandler } from "../handler.ts";
import { ruleProblem, type RuleSubject } from "./if-rule.ts";
import type { Matcher } from "./matcher.ts";
import type { RuleTime } from "./rule-time.ts";

/** A view as scripts get it. */
export interface SeenView {
  readonly tool: ViewTool;
  /** Other names of this very view: a matcher that selects only one of these gets it under that name. */
  readonly also?: readonly ViewTool[];
  /** Paths in it are absolute. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** A call of one of our tools, at one of its events. */
export interface ToolSubject {
  readonly event: EventName;
  /** Never empty; the first is the canonical one, `mcp__<server>__<tool>`. */
  readonly names: readonly string[];
  /** Our own arguments. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly views: readonly SeenView[];
  /** Absolute, as for `ruleHolds`. */
  readonly root: string;
  readonly home: string;
}

/** One run of a handler that an event asks for. */
export interface Run {
  /** What the handler is told as `tool_name`; at other events the value that its matcher was tested against. */
  readonly toolName: string;
  /** As which it sees the call, one of those given; nothing when it sees our own arguments. */
  readonly view?: SeenView;
  /** The name or value that the matcher selected, or `all`. */
  readonly matched: string;
  /** It runs because its matcher or its `if` could not be decided: what it was, in our words. */
  readonly uncertain?: string;
}

/** Why a handler does not run. */
export interface Refusal {
  /** For people. */
  readonly why: string;
  /** True when its matcher cannot be used, so that nobody knows what it was to guard. */
  readonly isBroken: boolean;
}

export type Bases = Pick<RuleSubject, "root" | "home">;

export interface Ready {
  readonly loaded: LoadedHandler;
  readonly matcher: Matcher;
}

/** The runs of one handler around a call; never an empty list. */
export function runsOfCall(
  { loaded: { handler }, matcher }: Ready,
  subject: ToolSubject,
  rules: RuleTime,
): readonly Run[] | Refusal {
  const refused = refusalOf(matcher, handler);
  if (refused !== undefined) return refused;
  const runs = runsOf(matcher, handler, subject);
  if (runs.length === 0) {
    const names = new Set([
      ...subject.names,
      ...subject.views.flatMap(({ tool, also = [] }) => [tool, ...also]),
    ]);
    return refusal(`matcher ${quoted(handler.matcher)} selects none of ${[...names].join(", ")}`);
  }
  const { if: rule } = handler;
  return rule === undefined
    ? runs
    : withRule(runs, { rule, rules, aboutsOf: (run) => aboutsOf(run, subject) });
}

function runsOf(matcher: Matcher, handler: Handler, { names, views }: ToolSubject): readonly Run[] {
  const [toolName = ""] = names;
  const ofViews = views.flatMap((view): readonly Run[] => {
    const hit = hitOf(matcher, handler, [view.tool, ...(view.also ?? [])]);
    if (hit === undefined) return [];
    return [{ toolName: matcher.kind === "all" ? view.tool : hit.matched, view, ...hit }];
  });
  if (ofViews.length > 0) return ofViews;
  const hit = hitOf(matcher, handler, names);
  return hit === undefined ? [] : [{ toolName, ...hit }];
}

/** The first name that the matcher selects, else the first that it may select. */
function hitOf(
  matcher: Matcher,
  handler: Handler,
  names: readonly string[],
): Pick<Run, "matched" | "uncertain"> | undefined {
  if (matcher.kind === "all") return { matched: "all" };
  const answers = names.map((name) => ({ name, answer: matcher.test(name) }));
  const sure = answers.find(({ answer }) => answer === true);
  if (sure !== undefined) return { matched: sure.name };
  const unsure = answers.find(({ answer }) => answer === "unknown");
  if (unsure === undefined) return undefined;
  const why = matcher.problem ?? "was given a name that is too long";
  return { matched: unsure.name, uncertain: `matcher ${quoted(handler.matcher)} ${why}` };
}

/** What a rule may be about: of a run under the canonical name the call itself and each of its views. */
function aboutsOf(
  { view: seen }: Run,
  { names, input, views, root, home }: ToolSubject,
): readonly RuleSubject[] {
  const [tool = ""] = names;
  const shown = seen === undefined ? views : [seen];
  const abouts = shown.map((view) => ({
    tool: view.tool,
    names: [...names, ...(view.also ?? [])],
    input: view.input,
    root,
    home,
  }));
  return seen === undefined ? [{ tool, names, input, root, home }, ...abouts] : abouts;
}

/** The runs of one handler at an event that only its payload describes; never an empty list. */
export function runsOfPayload(
  { loaded: { handler }, matcher }: Ready,
  payload: Readonly<Record<string, unknown>>,
  { root, home, rules }: Bases & { readonly rules: RuleTime },
): readonly Run[] | Refusal {
  const refused = refusalOf(matcher, handler);
  if (refused !== undefined) return refused;
  const { if: rule, event } = handler;
  const { matches } = factsOf(event);
  if (rule !== undefined && matches !== "tool_name")
    return refusal("it has an if, and the event is about no tool");
  const given = matches === undefined ? undefined : payload[matches];
  const value = typeof given === "string" ? given : "";
  const name = event === "FileChanged" ? posix.basename(value) : value;
  const hit = name === "" ? { matched: "all" } : hitOf(matcher, handler, [name]);
  if (hit === undefined) return refusal(`matcher ${quoted(handler.matcher)} does not select ${quoted(name)}`);
  const runs: readonly Run[] = [{ toolName: value, ...hit }];
  const input = payload["tool_input"];
  const about = { tool: name, names: [], input: asRecord(input), root, home };
  return rule === undefined ? runs : withRule(runs, { rule, rules, aboutsOf: () => [about] });
}

interface Ruled {
  readonly rule: string;
  readonly rules: RuleTime;
  readonly aboutsOf: (run: Run) => readonly RuleSubject[];
}

/** The runs whose rule holds, or may hold. */
function withRule(runs: readonly Run[], { rule, rules, aboutsOf }: Ruled): readonly Run[] | Refusal {
  let why: string | undefined;
  const kept = runs.flatMap((run): readonly Run[] => {
    const answers = aboutsOf(run).map((about) => rules.holds(rule, about));
    if (answers.includes(true)) return [run];
    if (!answers.includes("unknown")) return [];
    // once for all runs: there may be hundreds
    why ??= `if ${quoted(rule)} ${ruleProblem(rule) ?? "cannot be decided"}`;
    return [{ ...run, uncertain: run.uncertain === undefined ? why : `${run.uncertain}; ${why}` }];
  });
  return kept.length === 0 ? refusal(`if ${quoted(rule)} does not hold`) : kept;
}

/** A matcher that is no pattern selects nothing, unless its handler is to block when it cannot do its work. */
function refusalOf({ kind, problem }: Matcher, { matcher, onFailure }: Handler): Refusal | undefined {
  if (kind !== "invalid" || onFailure === "block") return undefined;
  return { why: `matcher ${quoted(matcher)} ${problem ?? ""}`, isBroken: true };
}

export function refusal(why: string): Refusal {
  return { why, isBroken: false };
}

/** Foreign text, short enough for a sentence. */
function quoted(text = ""): string {
  return `"${escapeForPerson(text.length > 80 ? `${text.slice(0, 79)}…` : text)}"`;
}

function asRecord(input: unknown): Readonly<Record<string, unknown>> {
  return typeof input === "object" && input !== null ? { ...input } : {};
}
