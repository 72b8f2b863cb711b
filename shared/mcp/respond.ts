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
 * Writes a web-standard response, its stream as it comes. A client that does not read is cut off when more than
 * `maxBuffered` bytes wait for it beside the largest message: the protocol's streams have no back-pressure of
 * their own.
 */
export async function respond(res: ServerResponse, response: Response, maxBuffered: number): Promise<void> {
  if (res.destroyed) {
    await response.body?.cancel();
    return;
  }
  res.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.headers.get("content-type") !== "text/event-stream") {
    finish(res, Buffer.from(await response.arrayBuffer()));
    return;
  }
  // The stream may stay silent for long; its client waits for the headers.
  res.flushHeaders();
  const reader = response.body?.getReader();
  if (reader === undefined) return finish(res);
  res.once("close", () => void reader.cancel().catch(() => {}));
  let largest = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (res.writableLength > maxBuffered + largest) res.destroy();
    if (res.destroyed) return;
    largest = Math.max(largest, value.byteLength);
    res.write(value);
  }
  finish(res);
}

function finish(res: ServerResponse, last?: Buffer): void {
  res.socket?.setTimeout(DRAIN_MS);
  res.end(last);
}
