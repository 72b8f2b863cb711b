import type { IncomingMessage, ServerResponse } from "node:http";

/** How long a finished answer may wait for a client that takes nothing of it. */
const DRAIN_MS = 60_000;

/** The web-standard form of a request whose body was read already; its signal aborts when the client goes away. */
export function toRequest(req: IncomingMessage, res: ServerResponse): Request {
  const gone = new AbortController();
  res.once("close", () => {
    if (!res.writableFinished) gone.abort();
  });
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const url = new URL(req.url ?? "/", `http://${req.headers.host ?? "localhost"}`);
  return new Request(url, { method: req.method ?? "GET", headers, signal: gone.signal });
}

/**
 * Writes a web-standard response, its stream as it comes. A client that does not read is cut off as soon as more
 * than `maxBuffered` bytes wait for it: the protocol's streams have no back-pressure of their own.
 */
export async function respond(res: ServerResponse, response: Response, maxBuffered: number): Promise<void> {
  if (res.destroyed) return void response.body?.cancel();
  res.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) return void res.end();
  // An event stream may stay silent for long; its client waits for the headers.
  res.flushHeaders();
  const reader = response.body.getReader();
  res.once("close", () => void reader.cancel().catch(() => {}));
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (res.writableLength > maxBuffered) res.destroy();
    if (res.destroyed) return;
    res.write(value);
  }
  res.socket?.setTimeout(DRAIN_MS);
  res.end();
}
