import { escapeForPerson } from "../shared/escape-for-person.ts";
import type { HandlerReport, HookFileReport, HookReport, HookRunRecord } from "../shared/hook-desk.ts";
import { factsOf } from "./config/events.ts";
import type { HookSet, LoadedFile } from "./config/hook-files.ts";
import type { Handler, LoadedHandler, Problem } from "./handler.ts";
import { labelOf } from "./label.ts";
import { compileMatcher } from "./match/matcher.ts";
import { isRunHere, isUnrunGuard, notRunHere } from "./run-here.ts";
import type { Approval, HookTrust } from "./trust/hook-trust.ts";

/** Different runs of one handler that a report shows. */
const MOST_RUNS = 5;

export interface ReportParts {
  readonly set: HookSet;
  /** The newest first. */
  readonly runs: readonly HookRunRecord[];
  readonly trust: HookTrust;
  readonly importClaude: "never" | "auto" | "always";
  readonly failClosed: boolean;
  /** This process was started by a hook. */
  readonly isInside: boolean;
}

/** Every file and every handler in configuration order, and why each runs or does not. */
export async function makeReport(parts: ReportParts): Promise<HookReport> {
  const { set, trust } = parts;
  const handlers: HandlerReport[] = [];
  for (const loaded of set.handlers) handlers.push(describe(loaded, await trust.of(loaded), parts));
  return {
    files: set.files.map((file) => describeFile(file, set.handlers)),
    handlers,
    notes: notesOf(parts, handlers),
  };
}

function describe(loaded: LoadedHandler, approval: Approval, parts: ReportParts): HandlerReport {
  const { handler } = loaded;
  const id = approval.hash.slice(0, 8);
  const last = foldRuns(parts.runs.filter((run) => run.handler === id)).slice(0, MOST_RUNS);
  return {
    id,
    hash: approval.hash,
    event: handler.event,
    matcher: whatSelects(loaded),
    type: handler.type,
    runs: whatRuns(loaded),
    where: labelOf(loaded),
    trust: approval.state,
    ...standingOf(loaded, { approval, last, failClosed: parts.failClosed }),
    problems: problemsOf(loaded, approval, parts.set),
    last,
  };
}

/** A plain list of names needs no word about its kind. */
function whatSelects({ handler: { matcher = "", event, if: rule } }: LoadedHandler): string {
  const { kind } = compileMatcher(matcher, event);
  const names = kind === "all" ? "everything" : escapeForPerson(matcher);
  return `${names}${kind === "regex" ? " (regex)" : ""}${rule === undefined ? "" : `, if ${escapeForPerson(rule)}`}`;
}

/** The command line or the address, escaped; else what kind of a handler it is. */
function whatRuns({ handler: { type, command, args = [], url } }: LoadedHandler): string {
  if (type === "command") return escapeForPerson([command ?? "", ...args].join(" "));
  return type === "http" ? `calls ${escapeForPerson(url ?? "")}` : `a handler of type ${type}`;
}

/** What came out the same several times in a row, under its newest time; escaped. */
function foldRuns(runs: readonly HookRunRecord[]): HandlerReport["last"] {
  const folded: (HookRunRecord & { times: number })[] = [];
  for (const run of runs) {
    const { subject, matched, result } = run;
    const told = {
      subject: escapeForPerson(subject),
      matched: escapeForPerson(matched),
      result: escapeForPerson(result),
    };
    const before = folded.at(-1);
    if (before !== undefined && isSameRun(before, told)) before.times += 1;
    else folded.push({ ...run, ...told, times: 1 });
  }
  return folded;
}

type RunWords = Pick<HookRunRecord, "subject" | "matched" | "result">;

function isSameRun(a: RunWords, b: RunWords): boolean {
  return a.subject === b.subject && a.matched === b.matched && a.result === b.result;
}

type Standing = Pick<HandlerReport, "status" | "state">;

interface Known {
  readonly approval: Approval;
  readonly last: HandlerReport["last"];
  readonly failClosed: boolean;
}

/** The first thing that keeps it from running is what a person has to know. */
function standingOf(loaded: LoadedHandler, known: Known): Standing {
  const { handler, off } = loaded;
  const isGuard = known.failClosed && isUnrunGuard(loaded);
  if (off !== undefined && !isGuard) return { status: "off", state: `off: ${off}` };
  const broken = whyNever(handler, known);
  if (broken !== undefined) return { status: "broken", state: broken };
  const waits = whyWaiting(known.approval);
  if (waits !== undefined) return { status: "waits", state: waits };
  if (known.last[0]?.result.startsWith("failed") === true)
    return { status: "broken", state: "runs, and failed the last time" };
  const when = factsOf(handler.event).fires ? "" : " when the client forwards this event by hook_event";
  return { status: "runs", state: `runs${when}${handler.async ? ", not waited for" : ""}` };
}

function whyNever(
  { event, matcher, type, if: rule, onFailure }: Handler,
  { failClosed }: Known,
): string | undefined {
  if (!isRunHere(type)) return `blocks every call that it selects: ${notRunHere(type)}`;
  const { kind, problem = "" } = compileMatcher(matcher, event);
  if (kind === "invalid") {
    const what = onFailure === "block" || failClosed ? "blocks every call" : "never runs";
    return `${what}: its matcher ${problem}`;
  }
  if (rule === undefined || factsOf(event).matches === "tool_name") return undefined;
  return "never runs: it has an if, and the event is about no tool";
}

function whyWaiting({ state, problem }: Approval): string | undefined {
  if (problem !== undefined) return `waits, and cannot be approved: ${problem}`;
  if (state === "pending") return "waits: nobody approved it";
  return state === "changed" ? "waits: it or its script changed since it was approved" : undefined;
}

function problemsOf(loaded: LoadedHandler, { scripts, unfollowed }: Approval, { files }: HookSet): string[] {
  const { handler, source } = loaded;
  const own = files.find((each) => each.source.file === source.file)?.problems ?? [];
  return [
    ...own.filter((each) => isAbout(each, handler.at) && isWorthSaying(each)).map(({ message }) => message),
    ...scripts
      .filter((script) => script.kind === "absent")
      .map(({ path }) => `its script ${escapeForPerson(path)} is not there`),
    ...unfollowed.map((name) => `${escapeForPerson(name)} is known only when it runs, and not watched`),
  ];
}

/** True for what was found in the handler itself or in the group that it stands in. */
function isAbout({ at = "" }: Problem, handler: string): boolean {
  return at === handler || (at !== "" && handler.startsWith(`${at}.`));
}

/** Remarks are for an editor; but a key that is misspelt says nothing anywhere else. */
function isWorthSaying({ level, code }: Problem): boolean {
  return level !== "info" || code.startsWith("unknown_");
}

/** What is about none of the handlers there are: theirs is said with them. */
function describeFile(
  { source, state, dialect, problems }: LoadedFile,
  handlers: readonly LoadedHandler[],
): HookFileReport {
  const own = handlers.filter((each) => each.source.file === source.file).map(({ handler }) => handler.at);
  const left = problems.filter(
    (problem) =>
      (isWorthSaying(problem) || state === "skipped") && !own.some((handler) => isAbout(problem, handler)),
  );
  return {
    file: escapeForPerson(source.file),
    scope: source.scope,
    dialect: dialect ?? source.dialect,
    state,
    problems: left.map(sentence),
  };
}

function sentence({ level, line, message }: Problem): string {
  return `${level}${line === undefined ? "" : `, line ${line}`}: ${message}`;
}

function notesOf(
  { importClaude, failClosed, isInside }: ReportParts,
  handlers: readonly HandlerReport[],
): string[] {
  const isWaiting = handlers.some(({ status }) => status === "waits");
  return [
    ...(isInside ? ["This process was started by a hook, so no hook runs around its calls."] : []),
    ...(isWaiting && failClosed
      ? ["Calls that waiting hooks should guard are denied meanwhile (hooks.failClosed)."]
      : []),
    ...(importClaude === "never"
      ? ["Claude's settings files are not read; --import-claude-hooks auto reads them."]
      : []),
    ...(importClaude === "auto"
      ? ["Hooks of Claude's settings files are left to Claude Code when that is the client."]
      : []),
  ];
}
