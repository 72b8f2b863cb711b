import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { bearerToken } from "../../shared/mcp/auth.ts";
import { startHttp, type HttpHost, type HttpOptions } from "../../shared/mcp/http.ts";
import { createFixture, type Fixture } from "./fixture.ts";

export const TOKEN = "correct-horse-battery-staple";

export interface Hosted extends AsyncDisposable {
  readonly fixture: Fixture;
  readonly http: HttpHost;
  readonly ended: string[];
}

/** The fixture at `/mcp/fixture` and `/mcp`, and a second mount at `/mcp/other`. */
export async function host(changes: Partial<HttpOptions> = {}): Promise<Hosted> {
  const fixture = createFixture();
  const ended: string[] = [];
  const http = await startHttp({
    mounts: new Map([
      ["all", fixture.mount],
      ["fixture", fixture.mount],
      ["other", createFixture().mount],
    ]),
    host: "127.0.0.1",
    port: 0,
    authenticate: bearerToken(TOKEN),
    log: (level, message) => fixture.logged.push(`${level} ${message}`),
    onSessionEnd: (caller) => ended.push(caller),
    ...changes,
  });
  return { fixture, http, ended, [Symbol.asyncDispose]: () => http.close() };
}

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Buffer;
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One raw request: any header may be set, `undefined` leaves one of ours out. */
export function send(
  { http }: Hosted,
  { method = "POST", path = "/mcp", headers, body }: Sent,
): Promise<Got> {
  const all: Record<string, string | undefined> = {
    authorization: `Bearer ${TOKEN}`,
    accept: "application/json, text/event-stream",
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...headers,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: "127.0.0.1", port: http.port, method, path, headers: Object.fromEntries(given), agent: false },
      (got) => {
        let text = "";
        got.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        got.on("end", () => resolve({ status: got.statusCode ?? 0, headers: got.headers, text }));
        got.on("error", reject);
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

export function rpc(method: string, params: unknown = {}, id = 1): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}

export const INITIALIZE = rpc("initialize", {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "raw", version: "1" },
});

/** Shakes hands and gives the session's id. */
export async function initialize(hosted: Hosted, path = "/mcp"): Promise<string> {
  const got = await send(hosted, { path, body: INITIALIZE });
  const id = got.headers["mcp-session-id"];
  if (typeof id !== "string") throw new Error(`no session: ${got.status} ${got.text}`);
  return id;
}
