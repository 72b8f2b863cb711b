import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson } from "./body.ts";
import { HttpError } from "./http-error.ts";
import { authOf, pathOf, type Family, type HttpParts, type Visit } from "./http-parts.ts";
import type { McpMount } from "./mount.ts";
import type { Session } from "./sessions.ts";
import { SseTransport } from "./sse-transport.ts";

const MESSAGES = "/messages";

/** HTTP+SSE of 2024-11-05, for clients that know nothing newer: a stream at `/sse`, its messages posted beside it. */
export function createLegacySse({ mounts, sessions, limits }: HttpParts): Family {
  async function open(mount: McpMount, res: ServerResponse, { identity }: Visit): Promise<void> {
    const id = randomUUID();
    const caller = `${identity}/${id}`;
    const authInfo = authOf(caller);
    const server = await mount.create({ era: "legacy", authInfo });
    const transport = new SseTransport(res, {
      sessionId: id,
      messages: MESSAGES,
      maxBuffered: limits.streamBytes,
    });
    const session: Session = {
      id,
      path: MESSAGES,
      identity,
      caller,
      async serve(_req, posted, body) {
        transport.receive(body, authInfo);
        posted.writeHead(202, { "content-type": "text/plain" }).end("Accepted");
      },
      close: () => transport.close(),
    };
    sessions.add(session);
    sessions.use(session, res);
    transport.onclose = () => sessions.remove(id);
    await server.connect(transport);
  }

  async function post(req: IncomingMessage, res: ServerResponse, visit: Visit): Promise<void> {
    if (req.method !== "POST") throw new HttpError(405, "post messages here", { headers: { allow: "POST" } });
    const body = await readJson(req, limits.bodyBytes);
    // Only now: the session may end while its message arrives.
    const id = new URL(req.url ?? "/", "http://localhost").searchParams.get("sessionId") ?? "";
    const session = sessions.get(id, visit);
    sessions.use(session, res);
    await session.serve(req, res, body);
  }

  const served = new Map([...mounts].map(([name, mount]) => [pathOf("/sse", name), mount]));
  return {
    route(path) {
      if (path === MESSAGES) return post;
      const mount = served.get(path);
      if (mount === undefined) return undefined;
      return (req, res, visit) => {
        if (req.method === "GET") return open(mount, res, visit);
        throw new HttpError(405, "open the event stream here", { headers: { allow: "GET" } });
      };
    },
    close: async () => {},
  };
}
