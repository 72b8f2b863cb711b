import type { ServerResponse } from "node:http";
import {
  parseJSONRPCMessage,
  type AuthInfo,
  type JSONRPCMessage,
  type Transport,
} from "@modelcontextprotocol/server";
import { HttpError } from "./http-error.ts";

const KEEP_ALIVE_MS = 15_000;

interface SseTransportOptions {
  readonly sessionId: string;
  /** The path that the client is told to post its messages to. */
  readonly messages: string;
  /** Bytes that may wait for a client that does not read, beside the largest message; then it is cut off. */
  readonly maxBuffered: number;
}

/** One connection of HTTP+SSE: messages leave on an event stream and come in as posts, which `receive` takes. */
export class SseTransport implements Transport {
  readonly sessionId: string;
  onclose: Transport["onclose"];
  onerror: Transport["onerror"];
  onmessage: Transport["onmessage"];
  readonly #res: ServerResponse;
  readonly #options: SseTransportOptions;
  #keepAlive: NodeJS.Timeout | undefined;
  #closed = false;
  #largest = 0;

  constructor(res: ServerResponse, options: SseTransportOptions) {
    this.sessionId = options.sessionId;
    this.#res = res;
    this.#options = options;
  }

  /** Opens the stream and names the path for messages. The stream's end, by either side, ends the connection. */
  async start(): Promise<void> {
    if (this.#res.destroyed) return this.#end();
    this.#res.once("close", () => this.#end());
    this.#res.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
    });
    this.#write(`event: endpoint\ndata: ${this.#options.messages}?sessionId=${this.sessionId}\n\n`);
    this.#keepAlive = setInterval(() => this.#write(": keepalive\n\n"), KEEP_ALIVE_MS);
  }

  /** Throws when the connection is over. */
  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#closed) throw new Error("the event stream is closed");
    this.#write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  /** Hands on what the client posted. Throws 400 when it is no JSON-RPC message. */
  receive(body: unknown, authInfo: AuthInfo): void {
    this.onmessage?.(toMessage(body), { authInfo });
  }

  async close(): Promise<void> {
    this.#end();
    this.#res.end();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#keepAlive);
    this.onclose?.();
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    if (this.#res.writableLength > this.#options.maxBuffered + this.#largest) {
      this.#res.destroy();
      return;
    }
    this.#largest = Math.max(this.#largest, bytes.length);
    this.#res.write(bytes);
  }
}

function toMessage(body: unknown): JSONRPCMessage {
  try {
    return parseJSONRPCMessage(body);
  } catch {
    throw new HttpError(400, "the body is not a JSON-RPC message", { code: -32_600 });
  }
}
