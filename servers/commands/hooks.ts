import { JsonProblem, parseJson } from "../../shared/config/parse-json.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { StartupError } from "../../shared/errors.ts";
import { nearest } from "../../shared/nearest.ts";
import { Scope } from "../../shared/scope.ts";
import type { Explained } from "../../hooks/explain.ts";
import { reportLines } from "../hooks/report-lines.ts";
import { catalog } from "../catalog.ts";
import { openSuite, type Suite } from "../open-suite.ts";
import { loadSettings } from "./load-settings.ts";
import { stderrLog } from "./stderr-log.ts";
import { print, printForeign, table } from "./terminal.ts";

export interface StatusOptions {
  readonly flags: Flags;
  readonly json: boolean;
}

/** Prints every hook file and handler of a project: whether each runs, why not, its last runs. */
export async function hooksStatus({ flags, json }: StatusOptions): Promise<void> {
  await using scope = new Scope();
  const { hooks } = await openAll(flags, scope);
  const report = await hooks.report();
  if (json) return print(JSON.stringify(report, null, 2));
  printForeign(reportLines(report).join("\n"));
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
  const input = parseInput(options.input);
  await using scope = new Scope();
  const suite = await openAll(options.flags, scope);
  const { event, tool, run } = options;
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const subject = subjectOf(suite, tool, input);
  const explained = await suite.hooks.explain(event, subject, { run, signal: stop.signal });
  if (["deny", "block", "stop"].includes(explained.result?.decision ?? "")) process.exitCode = 1;
  if (options.json) return print(JSON.stringify(explained, null, 2));
  show(explained, run);
}

async function openAll(flags: Flags, scope: Scope): Promise<Suite> {
  const servers = Object.keys(catalog);
  const settings = await loadSettings(flags, servers, stderrLog);
  return await openSuite({ settings, servers, scope, log: stderrLog });
}

function parseInput(given = "{}"): Readonly<Record<string, unknown>> {
  try {
    const value = parseJson(given);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new StartupError(`--input is no JSON, at ${error.line}:${error.column}: ${error.message}`);
  }
  throw new StartupError("--input takes a JSON object");
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
  const meant = /^[a-z]+[._]/u.test(tool)
    ? nearest(
        tool,
        tools.map(({ name }) => name),
      )
    : undefined;
  if (meant !== undefined)
    throw new StartupError(`there is no tool "${tool.slice(0, 60)}"; did you mean "${meant}"?`);
  return { payload: { tool_name: tool, tool_input: input } };
}

function show({ selected, passed, result }: Explained, run: boolean): void {
  if (selected.length + passed.length === 0) return print("No hook is configured for this event.");
  const rows = [
    ...selected.map(({ hook, as, matched, trust }) => [
      trust === "own" || trust === "approved" ? (run ? "ran" : "would run") : `waits: ${trust}`,
      hook,
      `as ${as}, by ${matched}`,
    ]),
    ...passed.map(({ hook, why }) => ["no", hook, why]),
  ];
  printForeign(table([["fires", "hook", "why"], ...rows]));
  for (const { hook, said = [] } of selected) for (const line of said) printForeign(`${hook}: ${line}`);
  if (result === undefined) return;
  printForeign(`together: ${result.decision}${result.reason === undefined ? "" : `, ${result.reason}`}`);
  for (const note of result.notes) printForeign(note);
}
