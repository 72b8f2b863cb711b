import type { IncomingMessage, ServerResponse } from "node:http";
import type { Transport } from "@modelcontextprotocol/server";
import { readJson } from "./body.ts";
import { HttpError } from "./http-error.ts";
import { authOf, pathOf, type Family, type HttpParts, type Visit } from "./http-parts.ts";
import type { McpMount } from "./mount.ts";
import type { Session } from "./sessions.ts";

const KEEP_ALIVE_MS = 15_000;
const MESSAGES = "/messages";

/** HTTP+SSE of 2024-11-05, for clients that know nothing newer: a stream at `/sse`, its messages posted beside it. */
export async function createLegacySse(parts: HttpParts): Promise<Family> {
  const { SSEServerTransport } = await import("@modelcontextprotocol/server-legacy/sse");
  const { sessions, limits } = parts;

  async function open(mount: McpMount, res: ServerResponse, { identity }: Visit): Promise<void> {
    const transport = new SSEServerTransport(MESSAGES, res);
    const caller = `${identity}/${transport.sessionId}`;
    const session: Session = {
      id: transport.sessionId,
      path: MESSAGES,
      identity,
      caller,
      serve: (req, posted, body) =>
        transport.handlePostMessage(Object.assign(req, { auth: authOf(caller) }), posted, body),
      close: () => transport.close(),
    };
    sessions.add(session);
    sessions.use(session, res);
    transport.onclose = () => sessions.remove(session.id);
    const keepAlive = setInterval(() => res.write(": keepalive\n\n"), KEEP_ALIVE_MS);
    res.once("close", () => clearInterval(keepAlive));
    const wire = bounded(transport, res, limits.streamBytes);
    const server = await mount.create({ era: "legacy", authInfo: authOf(caller) });
    await server.connect(wire);
  }

  async function post(req: IncomingMessage, res: ServerResponse, visit: Visit): Promise<void> {
    if (req.method !== "POST") throw new HttpError(405, "post messages here", { headers: { allow: "POST" } });
    const id = new URL(req.url ?? "/", "http://localhost").searchParams.get("sessionId") ?? "";
    const session = sessions.get(id, visit);
    const body = await readJson(req, limits.bodyBytes);
    sessions.use(session, res);
    await session.serve(req, res, body);
  }

  const mounts = new Map([...parts.mounts].map(([name, mount]) => [pathOf("/sse", name), mount]));
  return {
    route(path) {
      if (path === MESSAGES) return post;
      const mount = mounts.get(path);
      if (mount === undefined) return undefined;
      return (req, res, visit) => {
        if (req.method === "GET") return open(mount, res, visit);
        throw new HttpError(405, "open the event stream here", { headers: { allow: "GET" } });
      };
    },
    close: async () => {},
  };
}

/** Cuts off a client that does not read, when more than `maxBuffered` bytes wait for it beside the largest message. */
function bounded(transport: Transport, res: ServerResponse, maxBuffered: number): Transport {
  const send = transport.send.bind(transport);
  let largest = 0;
  transport.send = async (message, options) => {
    const waiting = res.writableLength;
    if (waiting > maxBuffered + largest) {
      res.destroy();
      return;
    }
    await send(message, options);
    largest = Math.max(largest, res.writableLength - waiting);
  };
  return transport;
}
