import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { catalog } from "../../servers/catalog.ts";
import { openSuite, type Suite } from "../../servers/open-suite.ts";
import type { Caller } from "../../shared/caller.ts";
import { freshRecord, type Answer, type Endpoint, type Question, type Reply } from "../../shared/call.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { resolveSettings } from "../../shared/config/settings.ts";
import { Scope } from "../../shared/scope.ts";
import { person, shownBy } from "./calls.ts";
import type { Ground } from "./workspace.ts";

/** What a call came to: `asked` when a person was, whatever they said. */
export interface Outcome {
  readonly text: string;
  readonly error: Extract<Answer, { kind: "answer" }>["error"];
  readonly asked: Question | undefined;
}

export interface Served extends AsyncDisposable {
  readonly suite: Suite;
  readonly endpoints: readonly Endpoint[];
  /** One call, through every stage. `reply`: what the person says when asked; left out, the client cannot ask. */
  call(name: string, input: unknown, reply?: Reply, caller?: Partial<Caller>): Promise<Outcome>;
}

/** Every server as the command serves them, on the ground's root, with its settings and state beside it. */
export async function served({ root }: Ground, flags: Flags = {}): Promise<Served> {
  const scope = new Scope();
  const home = join(dirname(root), "home");
  const places = {
    home,
    config: join(home, "config"),
    state: join(home, "state"),
    cache: join(home, "cache"),
  };
  const servers = await Promise.all(Object.values(catalog).map((load) => load()));
  const settings = await resolveSettings({
    flags: { roots: [root], ...flags },
    env: {},
    cwd: root,
    places,
    servers: Object.fromEntries(servers.map((server) => [server.name, server.options])),
  });
  const suite = await openSuite({ settings, servers: Object.keys(catalog), scope, log: tell });
  const endpoints = suite.servers.flatMap((server) => server.endpoints);
  return {
    suite,
    endpoints,
    async call(name, input, reply, caller) {
      const endpoint = endpoints.find(({ tool }) => tool.name === name);
      if (endpoint === undefined) throw new Error(`no tool ${name}`);
      const call = {
        id: randomUUID(),
        trace: randomUUID(),
        caller: { ...person, canAsk: reply !== undefined, ...caller },
        signal: new AbortController().signal,
        log: tell,
        report: () => {},
        record: freshRecord(endpoint.tool, input),
      };
      const first = await endpoint.call(input, call);
      if (first.kind === "answer") return { text: shownBy(first), error: first.error, asked: undefined };
      if (reply === undefined) throw new Error("asked a client that cannot ask");
      const answer = await endpoint.call(input, { ...call, resumed: { sealed: first.sealed, reply } });
      if (answer.kind === "question") throw new Error("asked twice");
      return { text: shownBy(answer), error: answer.error, asked: first.question };
    },
    [Symbol.asyncDispose]: () => scope.close(),
  };
}

/** A fault of ours must be seen in the test's output, its answer only has a reference. */
function tell(level: string, message: string): void {
  if (level === "error") console.error(message);
}
