import { JsonProblem, parseJson } from "../../shared/config/parse-json.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { StartupError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { HookReport } from "../../shared/hook-desk.ts";
import { nearest } from "../../shared/nearest.ts";
import { Scope } from "../../shared/scope.ts";
import { EVENTS, factsOf } from "../../hooks/config/events.ts";
import { eventOf } from "../../hooks/config/event-of.ts";
import type { Explained } from "../../hooks/explain.ts";
import { reportLines } from "../hooks/report-lines.ts";
import { catalog } from "../catalog.ts";
import { openSuite, type Suite } from "../open-suite.ts";
import { loadSettings } from "./load-settings.ts";
import { stderrLog } from "./stderr-log.ts";
import { paint, print, printForeign, table } from "./terminal.ts";

export interface StatusOptions {
  /** Only this event's handlers. */
  readonly event: string | undefined;
  readonly flags: Flags;
  readonly json: boolean;
}

/** Prints every hook file and handler of a project: whether each runs, why not, its last runs. */
export async function hooksStatus({ event, flags, json }: StatusOptions): Promise<void> {
  const named = event === undefined ? undefined : eventNamed(event, ["status", "trust", "test"]);
  const report = await reportHooks(flags);
  const handlers = report.handlers.filter((handler) => named === undefined || handler.event === named);
  if (json) return print(JSON.stringify({ ...report, handlers }, null, 2));
  const { columns } = process.stdout;
  const looks = process.stdout.isTTY ? { width: columns, paint } : {};
  // foreign text in a report is escaped already
  print(reportLines({ ...report, handlers }, looks).join("\n"));
}

/** What the hooks of a project are, and whether each runs. Starts none. Throws `StartupError`. */
export async function reportHooks(flags: Flags): Promise<HookReport> {
  await using scope = new Scope();
  const settings = await loadSettings(flags, [], stderrLog);
  // what is wrong with a file stands in the report
  const { hooks } = await openSuite({ settings, servers: [], scope, log: () => {} });
  return await hooks.report();
}

export interface TestOptions {
  readonly event: string;
  /** `<server>.<tool>`, a tool of ours, or a name that only matchers know, such as Bash. */
  readonly tool: string | undefined;
  /** JSON: the tool's arguments, or the event's payload. */
  readonly input: string | undefined;
  /** Whether what is selected and approved is run, too. */
  readonly run: boolean;
  readonly flags: Flags;
  readonly json: boolean;
}

/**
 * Tells for one event which handlers it selects and why not the others; runs them on request. Exit code 1 when they
 * would deny or block it.
 */
export async function hooksTest(options: TestOptions): Promise<void> {
  const { tool, run, flags } = options;
  const event = eventNamed(options.event);
  const given = parseInput(options.input);
  const input = { ...(tool === undefined ? ALWAYS_TOLD[event] : {}), ...given };
  if (factsOf(event).matches === "tool_name" && tool === undefined && input["tool_name"] === undefined)
    throw new StartupError(`${event} is about a tool; add one: --tool edit_file, or --tool Bash`);
  await using scope = new Scope();
  const servers = Object.keys(catalog);
  const settings = await loadSettings(flags, servers, stderrLog);
  const suite = await openSuite({ settings, servers, scope, log: stderrLog });
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const subject = subjectOf(suite, tool, input);
  const explained = await suite.hooks.explain(event, subject, { run, signal: stop.signal });
  if (["deny", "block", "stop"].includes(explained.result?.decision ?? "")) process.exitCode = 1;
  if (options.json) return print(JSON.stringify(explained, null, 2));
  show(explained, event);
}

/** What every such event says beside what a person wants to try. */
const ALWAYS_TOLD: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  SessionStart: { source: "startup" },
  SessionEnd: { reason: "other" },
};

/** The event that a person means; `others` are words that may stand there, too. */
function eventNamed(name: string, others: readonly string[] = []): keyof typeof EVENTS {
  const event = eventOf(name, { own: true });
  if (event !== undefined) return event;
  const meant = nearest(name, [...Object.keys(EVENTS), ...others]);
  const help = meant === undefined ? "PreToolUse is one" : `did you mean ${meant}?`;
  throw new StartupError(`there is no event "${escapeForPerson(name.slice(0, 60))}"; ${help}`);
}

function parseInput(given = "{}"): Readonly<Record<string, unknown>> {
  try {
    const value = parseJson(given);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new StartupError(`--input is no JSON, at ${error.line}:${error.column}: ${error.message}`);
  }
  throw new StartupError(`--input takes a JSON object, such as '{"path":"a.ts"}'`);
}

type Subject = Parameters<Suite["hooks"]["explain"]>[1];

/** A tool that is served, else a payload as a host would forward it. */
function subjectOf(
  suite: Suite,
  tool: string | undefined,
  input: Readonly<Record<string, unknown>>,
): Subject {
  if (tool === undefined) return { payload: input };
  const tools = suite.servers.flatMap(({ endpoints }) => endpoints.map((endpoint) => endpoint.tool));
  const found = tools.find(({ server, name }) =>
    [name, `${server}.${name}`, `mcp__${server}__${name}`].includes(tool),
  );
  if (found !== undefined) return { tool: found, input };
  const names = tools.map(({ name }) => name);
  const isLikeOurs = /^[a-z]+[._]/u.test(tool) && !tool.startsWith("mcp__");
  const meant = isLikeOurs ? nearest(tool, names) : undefined;
  if (meant !== undefined)
    throw new StartupError(
      `there is no tool "${escapeForPerson(tool.slice(0, 60))}"; did you mean "${meant}"?`,
    );
  return { payload: { tool_name: tool, tool_input: input } };
}

const WAITS: Readonly<Record<string, string>> = {
  pending: "nobody approved it: plumbline hooks trust",
  changed: "it changed since it was approved: plumbline hooks trust",
};

function show({ selected, passed, result }: Explained, event: string): void {
  if (selected.length + passed.length === 0) return print(`No hook is configured for ${event}.`);
  const runs = selected.map((each) => {
    const waits = WAITS[each.trust];
    const isOne = selected.filter(({ hook }) => hook === each.hook).length === 1;
    const how = `as ${each.as}${isOne ? "" : ` of ${pathOf(each)}`}${viaOf(each)}`;
    if (waits !== undefined) return ["waits", each.hook, `${waits} (${how})`];
    return [result === undefined ? "would run" : "ran", each.hook, how];
  });
  const rows = [...runs, ...passed.map(({ hook, why }) => ["no", hook, why])];
  printForeign(table([["fires", "hook", "why"], ...rows]));
  if (result !== undefined) showRun(selected, result);
  else if (selected.length > 0) print("Nothing was run; --run runs what is approved.");
}

type Shown = Explained["selected"][number];

function pathOf({ payload }: Shown): string {
  const { tool_input: input } = payload;
  if (typeof input !== "object" || input === null) return "the call";
  return "file_path" in input ? String(input.file_path) : "path" in input ? String(input.path) : "the call";
}

function viaOf({ matched, as }: Shown): string {
  return matched === "all" || matched === as ? "" : `, by ${matched}`;
}

function showRun(selected: readonly Shown[], result: NonNullable<Explained["result"]>): void {
  for (const { hook, trust, said = [] } of selected)
    if (WAITS[trust] === undefined) printForeign(`${hook}: ${said.join("\n  ")}`);
  const { decision, reason, updatedInput } = result;
  const what = decision === "none" ? "no objection" : decision;
  printForeign(`together: ${what}${reason === undefined ? "" : `, ${reason}`}`);
  if (updatedInput !== undefined) printForeign(`new arguments: ${JSON.stringify(updatedInput)}`);
}
