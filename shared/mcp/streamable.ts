import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { readJson } from "./body.ts";
import { followListen } from "./follow-listen.ts";
import { HttpError } from "./http-error.ts";
import { authOf, pathOf, type Family, type HttpParts, type Route, type Visit } from "./http-parts.ts";
import type { McpMount } from "./mount.ts";
import { respond, toRequest } from "./respond.ts";
import type { Session } from "./sessions.ts";

/** Streamable HTTP: `/mcp/<name>`, and `/mcp` for the mount named `all`. */
export function createStreamable(parts: HttpParts): Family {
  const endpoints = new Map(
    [...parts.mounts].map(([name, mount]) => [pathOf("/mcp", name), createEndpoint(mount, parts)]),
  );
  return {
    route: (path) => endpoints.get(path)?.serve,
    async close() {
      await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()));
    },
  };
}

interface Endpoint {
  readonly serve: Route;
  close(): Promise<void>;
}

function createEndpoint(mount: McpMount, parts: HttpParts): Endpoint {
  const { sessions, limits, log } = parts;
  const modern = createMcpHandler(mount.create, {
    legacy: "reject",
    onerror: (error) => log("debug", `http: ${error.message}`),
  });

  async function serve(req: IncomingMessage, res: ServerResponse, visit: Visit): Promise<void> {
    const method = req.method ?? "";
    if (!["GET", "POST", "DELETE"].includes(method)) {
      throw new HttpError(405, "this method is not served", { headers: { allow: "GET, POST, DELETE" } });
    }
    const body = method === "POST" ? await readJson(req, limits.bodyBytes) : undefined;
    const request = toRequest(req, res);
    if (method === "POST" && !(await isLegacyRequest(request, body))) {
      sessions.visit(visit.identity);
      const announce = (uri?: string): void =>
        uri === undefined ? modern.notify.promptsChanged() : modern.notify.resourceUpdated(uri);
      const unfollow = followListen(body, { mount, announce, log });
      if (unfollow !== undefined) res.once("close", unfollow);
      const response = await modern.fetch(request, { authInfo: authOf(visit.identity), parsedBody: body });
      return respond(res, response, limits.streamBytes);
    }
    const session = await sessionOf(req, { visit, body });
    sessions.use(session, res);
    await session.serve(req, res, body);
  }

  async function sessionOf(
    req: IncomingMessage,
    { visit, body }: { readonly visit: Visit; readonly body: unknown },
  ): Promise<Session> {
    const id = req.headers["mcp-session-id"];
    if (id !== undefined) return sessions.get(String(id), visit);
    if (!isInitializeRequest(body)) {
      throw new HttpError(400, "the request names no session: initialize one, then send its mcp-session-id");
    }
    return openSession(mount, parts, visit);
  }

  return { serve, close: () => modern.close() };
}

/** Opens a session for a handshake that was sent; it is over when its transport closes. */
async function openSession(mount: McpMount, parts: HttpParts, visit: Visit): Promise<Session> {
  const id = randomUUID();
  const caller = `${visit.identity}/${id}`;
  const authInfo = authOf(caller);
  const events = parts.events.open();
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => id,
    eventStore: events,
    retryInterval: 1_000,
  });
  const session: Session = {
    ...visit,
    id,
    caller,
    async serve(req, res, body) {
      const response = await transport.handleRequest(toRequest(req, res), { authInfo, parsedBody: body });
      await respond(res, response, parts.limits.streamBytes);
      // A handshake that was refused leaves a transport without a session.
      if (transport.sessionId === undefined) await transport.close();
    },
    close: () => transport.close(),
  };
  transport.onclose = () => {
    parts.sessions.remove(id);
    events.close();
  };
  parts.sessions.add(session);
  const server = await mount.create({ era: "legacy", authInfo });
  await server.connect(transport);
  return session;
}
