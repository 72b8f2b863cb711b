import { randomBytes } from "node:crypto";
import {
  freshRecord,
  type Answer,
  type Call,
  type Endpoint,
  type Lifetime,
  type Reply,
} from "../../shared/call.ts";
import type { Flags } from "../../shared/config/layer.ts";
import type { Progress } from "../../shared/context.ts";
import { StartupError } from "../../shared/errors.ts";
import { nearest } from "../../shared/nearest.ts";
import { Scope } from "../../shared/scope.ts";
import { openSuite } from "../serve.ts";
import { loadSettings } from "./load-settings.ts";
import { expandServers } from "./server-names.ts";
import { stderrLog } from "./stderr-log.ts";
import { askPerson, isAtTerminal } from "./terminal.ts";

/** An answer that is no question any more. */
export type Answered = Exclude<Answer, { kind: "question" }>;

/** One call of a tool of the server that is open. */
export type MakeCall = (tool: string, input: unknown) => Promise<Answered>;

export interface Calling {
  readonly server: string;
  readonly flags: Flags;
  readonly report: (progress: Progress) => void;
}

/** Opens a server, lets `use` make calls through all the checks, asks the person on the terminal, and closes the server. */
export async function makeCalls<T>(calling: Calling, use: (call: MakeCall) => Promise<T>): Promise<T> {
  const servers = expandServers([calling.server]);
  const settings = await loadSettings(calling.flags, servers, stderrLog);
  await using scope = new Scope();
  const suite = await openSuite({ settings, servers, scope, log: stderrLog });
  const endpoints = suite.servers.flatMap((server) => server.endpoints);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

  return await use(async (tool, input) => {
    const endpoint = findEndpoint(endpoints, tool, calling);
    const first = newCall(endpoint, input, { ...calling, signal: stop.signal });
    let answer = await endpoint.call(input, first);
    // first whether hooks may run, then what they and policy ask
    while (answer.kind === "question") {
      const resumed = { sealed: answer.sealed, reply: await askAbout(answer.question) };
      answer = await endpoint.call(input, { ...first, record: freshRecord(endpoint.tool, input), resumed });
    }
    return answer;
  });
}

function findEndpoint(endpoints: readonly Endpoint[], tool: string, { server }: Calling): Endpoint {
  const found = endpoints.find((endpoint) => endpoint.tool.name === tool);
  if (found !== undefined) return found;
  const names = endpoints.map((endpoint) => endpoint.tool.name);
  const meant = nearest(tool, names);
  throw new StartupError(
    `${server} has no tool "${tool.slice(0, 60)}"; ${meant === undefined ? `it has: ${names.join(", ")}` : `did you mean "${meant}"?`}`,
  );
}

function newCall(
  { tool }: Endpoint,
  input: unknown,
  { report, signal }: Pick<Call, "report" | "signal">,
): Call {
  return {
    id: randomBytes(6).toString("base64url"),
    trace: randomBytes(6).toString("base64url"),
    caller: { id: "cli", transport: "cli", name: "plumbline call", canAsk: isAtTerminal() },
    signal,
    log: stderrLog,
    report,
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
