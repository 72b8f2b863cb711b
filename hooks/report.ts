import { escapeForPerson } from "../shared/escape-for-person.ts";
import type { HandlerReport, HookFileReport, HookReport, HookRunRecord } from "../shared/hook-desk.ts";
import { factsOf } from "./config/events.ts";
import type { HookSet, LoadedFile } from "./config/hook-files.ts";
import type { LoadedHandler, Problem } from "./handler.ts";
import { labelOf } from "./label.ts";
import { compileMatcher } from "./match/matcher.ts";
import type { Approval, HookTrust } from "./trust/hook-trust.ts";

/** Runs of one handler that a report shows. */
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

/** Every file and every handler, and why each runs or does not. */
export async function makeReport(parts: ReportParts): Promise<HookReport> {
  const handlers: HandlerReport[] = [];
  for (const loaded of parts.set.handlers) {
    const approval = await parts.trust.of(loaded);
    handlers.push(describe(loaded, approval, parts));
  }
  return { files: parts.set.files.map(describeFile), handlers, notes: notesOf(parts, handlers) };
}

function describe(loaded: LoadedHandler, approval: Approval, { set, runs }: ReportParts): HandlerReport {
  const { handler, source } = loaded;
  const id = approval.hash.slice(0, 8);
  const own = set.files.find(({ source: { file } }) => file === source.file)?.problems ?? [];
  const problems = own.filter(({ at }) => at === handler.at).map(({ message }) => message);
  const { kind, problem } = compileMatcher(handler.matcher, handler.event);
  return {
    id,
    hash: approval.hash,
    event: handler.event,
    matcher:
      handler.matcher === undefined || kind === "all"
        ? "everything"
        : `${escapeForPerson(handler.matcher)} (${kind})`,
    type: handler.type,
    runs: whatRuns(loaded),
    where: labelOf(loaded),
    trust: approval.state,
    state: stateOf(loaded, approval),
    problems: [
      ...problems,
      ...(problem === undefined ? [] : [problem]),
      ...(approval.problem === undefined ? [] : [approval.problem]),
      ...approval.unfollowed.map(
        (name) => `${escapeForPerson(name)} is known only when it runs, and not watched`,
      ),
    ],
    last: runs.filter((run) => run.handler === id).slice(0, MOST_RUNS),
  };
}

/** The command line or the address, escaped. */
function whatRuns({ handler: { type, command, args, url } }: LoadedHandler): string {
  if (type === "http") return escapeForPerson(url ?? "");
  return escapeForPerson([command ?? type, ...(args ?? [])].join(" "));
}

function stateOf({ handler: { event }, off }: LoadedHandler, { state }: Approval): string {
  if (off !== undefined) return `off: ${off}`;
  if (state === "pending") return "not run: nobody approved it (plumbline hooks trust)";
  if (state === "changed")
    return "not run: it or its script changed since it was approved (plumbline hooks trust)";
  return factsOf(event).fires ? "runs" : "runs when the client forwards this event by hook_event";
}

function describeFile({ source, state, dialect, problems }: LoadedFile): HookFileReport {
  const about = problems.filter(({ at }) => at === undefined).map(sentence);
  return {
    file: escapeForPerson(source.file),
    scope: source.scope,
    dialect: dialect ?? source.dialect,
    state,
    problems: about,
  };
}

function sentence({ level, line, message }: Problem): string {
  return `${level}${line === undefined ? "" : `, line ${line}`}: ${message}`;
}

function notesOf(
  { importClaude, failClosed, isInside }: ReportParts,
  handlers: readonly HandlerReport[],
): string[] {
  const waiting = handlers.filter(({ trust }) => trust === "pending" || trust === "changed").length;
  return [
    ...(isInside ? ["This process was started by a hook, so no hook runs around its calls."] : []),
    ...(waiting > 0
      ? [`${waiting} of ${handlers.length} handlers wait for approval: plumbline hooks trust`]
      : []),
    ...(waiting > 0 && failClosed
      ? ["Calls that they should guard are denied meanwhile (hooks.failClosed)."]
      : []),
    ...(importClaude === "never" ? ["Claude's settings files are not read (hooks.importClaude)."] : []),
    ...(importClaude === "auto"
      ? ["Hooks of Claude's settings files are left to Claude Code when that is the client."]
      : []),
  ];
}
