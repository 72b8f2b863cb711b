import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { validateHostHeader, validateOriginHeader } from "@modelcontextprotocol/server";
import type { Log } from "../context.ts";
import { isErrno, StartupError } from "../errors.ts";
import { isLoopback, type Authenticate } from "./auth.ts";
import { EventStores } from "./event-store.ts";
import { HttpError } from "./http-error.ts";
import type { Family, HttpLimits } from "./http-parts.ts";
import { createLegacySse } from "./legacy-sse.ts";
import type { McpMount } from "./mount.ts";
import { Sessions } from "./sessions.ts";
import { createStreamable } from "./streamable.ts";

const DEFAULTS: HttpLimits = {
  sessions: 1_000,
  sessionIdleMs: 30 * 60_000,
  bodyBytes: 4 * 1_024 * 1_024,
  streamBytes: 4 * 1_024 * 1_024,
  events: { eventsPerSession: 500, bytesPerSession: 4 * 1_024 * 1_024, bytes: 64 * 1_024 * 1_024 },
  headersMs: 10_000,
  requestMs: 30_000,
  connections: 4_096,
};

/** How long a refused request may go on sending. */
const LINGER_MS = 2_000;

export interface HttpOptions {
  /** By server name, served at `/mcp/<name>`; the one named `all` is at `/mcp`. */
  readonly mounts: ReadonlyMap<string, McpMount>;
  /** An address to listen on; other than loopback it needs `allowedHosts`. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly authenticate: Authenticate;
  /** Host names, without port, by which clients may reach us and pages may call us, beside loopback. */
  readonly allowedHosts?: readonly string[];
  /** Also serves HTTP+SSE of 2024-11-05 at `/sse/<name>` and `/sse`. */
  readonly legacySse?: boolean;
  readonly log: Log;
  /** Told the id of each caller that is over, so that grants and limits kept for it can go. */
  readonly onSessionEnd?: (caller: string) => void;
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpHost {
  readonly url: string;
  readonly port: number;
  /** What is held right now. */
  load(): { readonly sessions: number; readonly streams: number; readonly eventBytes: number };
  /** Stops listening, ends every session and stream; leaves no handle. */
  close(): Promise<void>;
}

/** Hosts MCP servers over HTTP. Throws StartupError when it cannot or should not listen there. */
export async function startHttp(options: HttpOptions): Promise<HttpHost> {
  const { mounts, host, log, allowedHosts = [] } = options;
  if (!isLoopback(host) && allowedHosts.length === 0) {
    throw new StartupError(`${host} can be reached by others. Add: --allowed-hosts <name that clients use>`);
  }
  const guard = createGuard(options);
  const limits = { ...DEFAULTS, ...options.limits };
  const events = new EventStores(limits.events);
  const sessions = new Sessions({
    cap: limits.sessions,
    idleMs: limits.sessionIdleMs,
    onEnd: (caller) => options.onSessionEnd?.(caller),
  });
  const parts = { mounts, sessions, events, limits, log };
  const families: Family[] = [createStreamable(parts)];
  if (options.legacySse === true) families.push(createLegacySse(parts));
  let streams = 0;

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = (req.url ?? "/").split("?", 1)[0] ?? "/";
    guard.source(req);
    if (path === "/healthz") return void res.writeHead(200, { "content-type": "text/plain" }).end("ok\n");
    const identity = guard.identity(req);
    for (const family of families) {
      const route = family.route(path);
      if (route !== undefined) return route(req, res, { path, identity });
    }
    throw new HttpError(404, "nothing is served at this path");
  }

  // in a bundle a plain import would load it for stdio too
  const { createServer } = await import("node:http");
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(limits.headersMs, limits.requestMs) / 2,
    },
    (req, res) => {
      streams += 1;
      res.once("close", () => (streams -= 1));
      handle(req, res).catch((error: unknown) => refuse(error, { req, res, log }));
    },
  );
  server.maxConnections = limits.connections;
  const port = await listen(server, options);

  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    load: () => ({ sessions: sessions.size, streams, eventBytes: events.bytes }),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await sessions.close();
      await Promise.allSettled(families.map((family) => family.close()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What every request must pass first: a host name and an origin that we know, then a token. */
function createGuard({ host, authenticate, allowedHosts = [] }: HttpOptions) {
  const loopback = isLoopback(host) ? ["localhost", "127.0.0.1", "[::1]"] : [];
  const names = [...loopback, ...allowedHosts.map(hostNameOf)];
  return {
    source({ headers }: IncomingMessage): void {
      // A page on another site can make a browser send requests here, by its own name or by a name it resolves to us.
      if (!validateHostHeader(headers.host, names).ok)
        throw new HttpError(403, "this host name is not allowed");
      if (!validateOriginHeader(headers.origin, names).ok)
        throw new HttpError(403, "this origin is not allowed");
    },
    identity({ headers }: IncomingMessage): string {
      const identity = authenticate(headers.authorization);
      if (identity !== undefined) return identity;
      const why = headers.authorization === undefined ? "" : ', error="invalid_token"';
      throw new HttpError(401, "a valid bearer token is needed", {
        headers: { "www-authenticate": `Bearer realm="plumbline"${why}` },
      });
    },
  };
}

/** As the checks compare it: lower case, without a port, IPv6 in brackets. */
function hostNameOf(given: string): string {
  const url = `http://${given}`;
  if (URL.canParse(url) && !/[/@\s]/u.test(given)) return new URL(url).hostname;
  throw new StartupError(`"${given}" is not a host name. Example: --allowed-hosts agent.example`);
}

interface Refused {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly log: Log;
}

function refuse(error: unknown, { req, res, log }: Refused): void {
  const refusal =
    error instanceof HttpError ? error : new HttpError(500, "internal error", { code: -32_603 });
  if (refusal !== error) log("error", `http: ${error instanceof Error ? error.stack : String(error)}`);
  if (req.complete) {
    refusal.send(res);
    res.end();
    return;
  }
  res.setHeader("connection", "close");
  refusal.send(res);
  // Closing while the client still sends would reset the connection before it has read why: so take the rest, briefly.
  const timer = setTimeout(() => res.destroy(), LINGER_MS);
  res.once("close", () => clearTimeout(timer));
  req.once("end", () => res.end());
  req.resume();
}

async function listen(server: Server, { host, port }: HttpOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  }).catch((error: unknown) => {
    if (isErrno(error, "EADDRINUSE")) {
      throw new StartupError(`port ${port} is taken. Add: --port 0 (any free one)`);
    }
    if (isErrno(error, "EACCES", "EADDRNOTAVAIL", "ENOTFOUND")) {
      throw new StartupError(`cannot listen on ${host}:${port}: ${String(error)}`);
    }
    throw error;
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  return (server.address() as AddressInfo).port;
}
