import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import {
  freshRecord,
  type Answer,
  type Call,
  type Endpoint,
  type Lifetime,
  type Reply,
} from "../../shared/call.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { JsonProblem, parseJson } from "../../shared/config/parse-json.ts";
import { StartupError } from "../../shared/errors.ts";
import { nearest } from "../../shared/nearest.ts";
import { Scope } from "../../shared/scope.ts";
import type { Part } from "../../shared/tool.ts";
import { openSuite } from "../serve.ts";
import { loadSettings } from "./load-settings.ts";
import { expandServers } from "./server-names.ts";
import { stderrLog } from "./stderr-log.ts";
import { askPerson, isAtTerminal, print, printForeign } from "./terminal.ts";

export interface CallOptions {
  readonly server: string;
  readonly tool: string;
  /** JSON, `-` for stdin, nothing for no arguments. */
  readonly input: string | undefined;
  readonly flags: Flags;
  readonly json: boolean;
}

/** One call through all the checks that a client's call passes. Exit code 1 when it fails or a person says no. */
export async function call(options: CallOptions): Promise<void> {
  const input = await readInput(options.input);
  const servers = expandServers([options.server]);
  const settings = await loadSettings(options.flags, servers, stderrLog);
  await using scope = new Scope();
  const suite = await openSuite({ settings, servers, scope, log: stderrLog });
  const endpoint = findEndpoint(
    suite.servers.flatMap(({ endpoints }) => endpoints),
    options,
  );
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

  const first = newCall(endpoint, input, stop.signal);
  let answer = await endpoint.call(input, first);
  // first whether hooks may run, then what they and policy ask
  while (answer.kind === "question") {
    const resumed = { sealed: answer.sealed, reply: await askAbout(answer.question) };
    answer = await endpoint.call(input, { ...first, record: freshRecord(endpoint.tool, input), resumed });
  }
  show(answer, options.json);
}

async function readInput(given: string | undefined): Promise<unknown> {
  const json = given === "-" ? await text(process.stdin) : (given ?? "{}");
  try {
    return parseJson(json);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new StartupError(`the arguments are no JSON, at ${error.line}:${error.column}: ${error.message}`);
  }
}

function findEndpoint(endpoints: readonly Endpoint[], { server, tool }: CallOptions): Endpoint {
  const found = endpoints.find((endpoint) => endpoint.tool.name === tool);
  if (found !== undefined) return found;
  const names = endpoints.map((endpoint) => endpoint.tool.name);
  const meant = nearest(tool, names);
  throw new StartupError(
    `${server} has no tool "${tool.slice(0, 60)}"; ${meant === undefined ? `it has: ${names.join(", ")}` : `did you mean "${meant}"?`}`,
  );
}

function newCall({ tool }: Endpoint, input: unknown, signal: AbortSignal): Call {
  return {
    id: randomBytes(6).toString("base64url"),
    trace: randomBytes(6).toString("base64url"),
    caller: { id: "cli", transport: "cli", name: "plumbline call", canAsk: isAtTerminal() },
    signal,
    log: stderrLog,
    report({ done, total, message = "" }) {
      if (process.stderr.isTTY)
        stderrLog("info", `${done}${total === undefined ? "" : ` of ${total}`} ${message}`.trimEnd());
    },
    record: freshRecord(tool, input),
  };
}

const WORDS: Readonly<Record<string, Lifetime>> = {
  y: "once",
  yes: "once",
  o: "once",
  once: "once",
  a: "always",
  always: "always",
};

async function askAbout({
  message,
  lifetimes,
}: {
  message: string;
  lifetimes: readonly Lifetime[];
}): Promise<Reply> {
  const [only] = lifetimes.length === 1 ? lifetimes : [];
  const choice = lifetimes.includes("always") && only === undefined ? "[y]es, once / [a]lways" : "[y]es";
  const said = isAtTerminal() ? await askPerson(`${message}\n${choice} / [N]o: `) : "";
  const meant = WORDS[said];
  const lifetime = meant === "once" ? (only ?? meant) : meant;
  if (lifetime === undefined || !lifetimes.includes(lifetime)) return { kind: "no", how: "decline" };
  return { kind: "yes", lifetime };
}

function show(answer: Exclude<Answer, { kind: "question" }>, json: boolean): void {
  const failed = answer.error !== undefined;
  if (failed) process.exitCode = 1;
  if (json) {
    const { parts: content, structured } = answer;
    print(
      JSON.stringify(
        { isError: failed, content, ...(structured === undefined ? {} : { structuredContent: structured }) },
        null,
        2,
      ),
    );
  } else
    for (const part of answer.parts) printForeign(partText(part), failed ? process.stderr : process.stdout);
}

function partText(part: Part): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "image":
      return `[${part.mimeType}, ${part.data.length} characters of base64; --json shows them]`;
    case "resource_link":
      return part.uri;
    default:
      return part satisfies never;
  }
}
