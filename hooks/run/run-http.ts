import type { LookupAddress } from "node:dns";
import type { IncomingMessage } from "node:http";
import type { LookupFunction } from "node:net";
import { ToolError, isErrno } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { Handler } from "../handler.ts";
import type { HandlerRun } from "../outcome.ts";
import { findAllowedUrl } from "./allowed-url.ts";
import { fillHeaders } from "./fill-headers.ts";
import { findAddresses } from "./find-addresses.ts";
import { KeptOutput } from "./kept-output.ts";
import { StopSignal } from "./stop-signal.ts";
import { unstartable } from "./unstartable.ts";

export interface AboutHttp {
  /** The payload as JSON. */
  readonly body: string;
  /** The person's entries; none, and no handler may call anything. */
  readonly allowedUrls: readonly string[];
  readonly allowedVariables: readonly string[];
  /** Our own environment, for the variables in headers. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Sends the payload to a handler's URL, where the person allows it; a redirect is an answer like any other. `stderr`
 * then tells in our words which variables of its headers stayed empty. Throws the signal's reason when that fires.
 */
export async function runHttp(handler: Handler, about: AboutHttp): Promise<HandlerRun> {
  const began = performance.now();
  using limit = new StopSignal([about.signal], handler.timeoutMs);
  const output = new KeptOutput();
  const done = (end: HandlerRun["end"], stderr = ""): HandlerRun => {
    return { end, stdout: output.text, cut: output.cut, stderr, ms: Math.round(performance.now() - began) };
  };
  try {
    const allowed = findAllowedUrl(handler.url ?? "", about.allowedUrls);
    const { headers, problems } = fillHeaders(handler, about);
    const addresses = await findAddresses(allowed, limit.signal);
    const response = await send(allowed.url, { headers, addresses, body: about.body, signal: limit.signal });
    for await (const chunk of response as AsyncIterable<unknown>) {
      if (Buffer.isBuffer(chunk)) output.add(chunk);
      if (output.cut) break;
    }
    return { ...done("http", problems.join("\n")), code: response.statusCode ?? 0 };
  } catch (error) {
    about.signal.throwIfAborted();
    if (limit.signal.aborted) return done("timeout");
    // Half an answer is none.
    return unstartable(
      error instanceof ToolError ? error.message : `there was no whole answer: ${codeOf(error)}`,
    );
  }
}

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  /** Checked ones. */
  readonly addresses: readonly LookupAddress[];
  readonly body: string;
  readonly signal: AbortSignal;
}

async function send(url: URL, { headers, addresses, body, signal }: Sent): Promise<IncomingMessage> {
  // loaded only now: both together would cost every start some seven milliseconds
  const web = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const request = web.request(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    // An agent could hand out a connection to an address that nobody checked.
    agent: false,
    lookup: answering(addresses),
    signal,
  });
  request.end(body);
  // What breaks after the response has begun is told by the response; this promise is settled then.
  return await new Promise((resolve, reject) => request.once("response", resolve).on("error", reject));
}

function answering(addresses: readonly LookupAddress[]): LookupFunction {
  return (_, { all }, answer) => {
    const [{ address, family } = { address: "", family: 0 }] = addresses;
    if (all === true) answer(null, [...addresses]);
    else answer(null, address, family);
  };
}

function codeOf(error: unknown): string {
  if (isErrno(error, "ECONNRESET")) return "the connection broke";
  if (error instanceof Error && "code" in error) return escapeForPerson(String(error.code));
  return escapeForPerson(String(error)).slice(0, 200);
}
