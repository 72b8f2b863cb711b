import type { ServerResponse } from "node:http";

/** A request that is refused before any server sees it: status, JSON-RPC code, our own sentence. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    options: { readonly code?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = options.code ?? -32_000;
    this.headers = options.headers ?? {};
  }

  /** Answers with a JSON-RPC error, which the caller has to end; cuts off when another answer has begun. */
  send(res: ServerResponse): void {
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const body = JSON.stringify({
      jsonrpc: "2.0",
      error: { code: this.code, message: this.message },
      id: null,
    });
    res.writeHead(this.status, {
      ...this.headers,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    res.write(body);
  }
}
