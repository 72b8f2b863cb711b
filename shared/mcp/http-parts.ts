import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuthInfo } from "@modelcontextprotocol/server";
import type { Log } from "../context.ts";
import type { EventLimits, EventStores } from "./event-store.ts";
import type { McpMount } from "./mount.ts";
import type { Sessions } from "./sessions.ts";

/** Bounds of the HTTP host; every one has a default. */
export interface HttpLimits {
  readonly sessions: number;
  readonly sessionIdleMs: number;
  readonly bodyBytes: number;
  /** Waiting for one slow client before it is cut off; a single message may be larger. */
  readonly streamBytes: number;
  readonly events: EventLimits;
  readonly headersMs: number;
  /** For the whole request, body included. */
  readonly requestMs: number;
  readonly connections: number;
}

/** Who sent a request that passed the gate, and to which path. */
export interface Visit {
  readonly path: string;
  readonly identity: string;
}

export type Route = (req: IncomingMessage, res: ServerResponse, visit: Visit) => Promise<void>;

/** What the protocol's HTTP forms share. */
export interface HttpParts {
  readonly mounts: ReadonlyMap<string, McpMount>;
  readonly sessions: Sessions;
  readonly events: EventStores;
  readonly limits: HttpLimits;
  readonly log: Log;
}

/** What answers below one path prefix: `/mcp` or `/sse`. */
export interface Family {
  /** The handler of a path, when the path is one of its own. */
  route(path: string): Route | undefined;
  close(): Promise<void>;
}

/** Where a mount is served; the one named `all` stands at the prefix itself. */
export function pathOf(prefix: string, name: string): string {
  return name === "all" ? prefix : `${prefix}/${name}`;
}

/** For the handlers: only our own caller id, never the token. */
export function authOf(caller: string): AuthInfo {
  return { token: "", clientId: caller, scopes: [] };
}
