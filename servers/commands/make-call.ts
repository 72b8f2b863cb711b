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

export interface Asked {
  readonly server: string;
  readonly tool: string;
  readonly input: unknown;
  readonly flags: Flags;
  readonly report: (progress: Progress) => void;
}

/** Opens a server, makes one call through all the checks, asks the person on the terminal, and closes the server. */
export async function makeCall(asked: Asked): Promise<Answered> {
  const servers = expandServers([asked.server]);
  const settings = await loadSettings(asked.flags, servers, stderrLog);
  await using scope = new Scope();
  const suite = await openSuite({ settings, servers, scope, log: stderrLog });
  const endpoint = findEndpoint(
    suite.servers.flatMap(({ endpoints }) => endpoints),
    asked,
  );
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

  const { input } = asked;
  const first = newCall(endpoint, asked, stop.signal);
  let answer = await endpoint.call(input, first);
  // first whether hooks may run, then what they and policy ask
  while (answer.kind === "question") {
    const resumed = { sealed: answer.sealed, reply: await askAbout(answer.question) };
    answer = await endpoint.call(input, { ...first, record: freshRecord(endpoint.tool, input), resumed });
  }
  return answer;
}

function findEndpoint(endpoints: readonly Endpoint[], { server, tool }: Asked): Endpoint {
  const found = endpoints.find((endpoint) => endpoint.tool.name === tool);
  if (found !== undefined) return found;
  const names = endpoints.map((endpoint) => endpoint.tool.name);
  const meant = nearest(tool, names);
  throw new StartupError(
    `${server} has no tool "${tool.slice(0, 60)}"; ${meant === undefined ? `it has: ${names.join(", ")}` : `did you mean "${meant}"?`}`,
  );
}

function newCall({ tool }: Endpoint, { input, report }: Asked, signal: AbortSignal): Call {
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
