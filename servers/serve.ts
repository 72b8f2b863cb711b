import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createMount, type McpMount } from "../shared/mcp/mount.ts";
import { VERSION } from "../shared/version.ts";
import type { ServedServer, Suite } from "./open-suite.ts";

export { openSuite } from "./open-suite.ts";

/** What the suite tells a model when several servers are behind one address. */
const TOGETHER = "Tools that work on the person's own files, inside the roots that they opened.";

/** Serves the suite on stdin and stdout as one MCP server, until the client is gone. */
export async function serveStdio(suite: Suite): Promise<void> {
  const { serveOnStdio } = await import("../shared/mcp/stdio.ts");
  serveOnStdio(mountOf(suite, suite.servers), suite);
}

/** Where a suite is reached over HTTP. */
export interface HttpAddress {
  readonly url: string;
  /** Where the token lies; undefined when the person gave one. */
  readonly tokenFile: string | undefined;
  readonly token: string;
}

/** Serves every server at `/mcp/<name>` and all of them together at `/mcp`, until the suite's scope is closed. */
export async function serveHttp(suite: Suite): Promise<HttpAddress> {
  const [{ startHttp }, { bearerToken, chooseToken }] = await Promise.all([
    import("../shared/mcp/http.ts"),
    import("../shared/mcp/auth.ts"),
  ]);
  const { http, places } = suite.settings;
  const { host, port, token: given, allowedHosts, legacySse } = http;
  const file = join(places.state, "http-token");
  const token = await chooseToken({ host, file, ...(given === undefined ? {} : { given }) });
  const mounts = new Map(suite.servers.map((server) => [server.name, mountOf(suite, [server])]));
  mounts.set("all", mountOf(suite, suite.servers));
  const served = await startHttp({
    mounts,
    host,
    port,
    allowedHosts,
    legacySse,
    authenticate: bearerToken(token),
    log: suite.log,
    onSessionEnd(caller) {
      suite.policy.endSession(caller);
      void suite.hooks.endSession(caller);
    },
    limits: {
      sessions: http.maxSessions,
      sessionIdleMs: http.sessionIdleMinutes * 60_000,
      bodyBytes: http.maxBodyBytes,
    },
  });
  suite.scope.defer(() => served.close());
  return { url: served.url, token, tokenFile: given === undefined ? file : undefined };
}

function mountOf(suite: Suite, servers: readonly ServedServer[]): McpMount {
  const [only] = servers;
  const single = servers.length === 1 ? only : undefined;
  return createMount({
    name: single === undefined ? "plumbline" : `plumbline-${single.name}`,
    title: single === undefined ? "Plumbline" : `Plumbline ${single.name}`,
    version: VERSION,
    instructions: instructionsOf(servers),
    endpoints: servers.flatMap(({ endpoints }) => endpoints),
    resources: servers.flatMap(({ resources }) => (resources === undefined ? [] : [resources])),
    prompts: servers.flatMap(({ prompts }) => (prompts === undefined ? [] : [prompts])),
    status: suite.status,
    log: suite.log,
    sealKey: randomBytes(32),
    onConnected: (caller) => void suite.hooks.startSession(caller),
  });
}

/** One server speaks for itself. Of several the one whose text is about all of them does, where it is among them. */
function instructionsOf(servers: readonly ServedServer[]): string {
  const speaker = servers.length === 1 ? servers[0] : servers.find(({ name }) => name === "instructions");
  if (speaker !== undefined) return speaker.instructions ?? speaker.summary;
  return [TOGETHER, ...servers.map(({ name, summary }) => `${name}: ${summary}`)].join("\n");
}
