import { Client, InMemoryTransport, type ClientOptions } from "@modelcontextprotocol/client";
import type { McpServerFactory } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

/** The protocol eras that a client can speak: handshake, whichever the server offers, stateless only. */
export const ERAS = {
  legacy: { mode: "legacy" },
  auto: { mode: "auto" },
  modern: { mode: { pin: "2026-07-28" } },
} as const satisfies Record<string, NonNullable<ClientOptions["versionNegotiation"]>>;
export type Era = keyof typeof ERAS;

/** What the person at the client says when asked: the decision, `decline` or `cancel`. */
export type Elicit = (message: string, choices: readonly string[]) => string;

export interface ConnectOptions {
  readonly era?: Era;
  /** Left out, the client says that it cannot ask. */
  readonly elicit?: Elicit;
}

export interface Connected extends AsyncDisposable {
  readonly client: Client;
}

/** A client of any era that answers questions as the test says; not connected yet. */
export function createClient({ era = "auto", elicit }: ConnectOptions = {}): Client {
  const client = new Client(
    { name: "test-client", version: "1.2.3" },
    {
      versionNegotiation: ERAS[era],
      capabilities: elicit === undefined ? {} : { elicitation: { form: {} } },
    },
  );
  if (elicit !== undefined) {
    client.setRequestHandler("elicitation/create", ({ params }) => {
      const schema = "requestedSchema" in params ? params.requestedSchema : undefined;
      const decision = schema?.properties?.["decision"];
      const choices = decision !== undefined && "enum" in decision ? decision.enum : undefined;
      const said = elicit(params.message, choices ?? []);
      if (said === "decline" || said === "cancel") return { action: said };
      return { action: "accept", content: { decision: said } };
    });
  }
  return client;
}

/** A client joined to the server in this process, as if over stdio. */
export async function connect(factory: McpServerFactory, options: ConnectOptions = {}): Promise<Connected> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const server = serveStdio(factory, { transport: theirs });
  const client = createClient(options);
  await client.connect(ours);
  return {
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.close();
    },
  };
}
