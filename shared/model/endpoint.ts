import * as z from "zod";
import { ToolError } from "../errors.ts";
import type { Embedder } from "./embedder.ts";
import { toUnitVector } from "./unit-vector.ts";

const BATCH = 32;
const ANSWER_MS = 60_000;
/** Characters of one text. */
const MAX_TEXT = 8_000;
const MAX_ANSWER = 64 * 1024 * 1024;
const Reply = z.object({
  data: z.array(z.object({ index: z.int().optional(), embedding: z.array(z.number()) })),
});

export interface EndpointOptions {
  /** Such as `http://127.0.0.1:11434/v1`; `/embeddings` is added. */
  readonly url: string;
  readonly model: string;
  /** Sent as a bearer token when it is given, to this address alone; in no error. */
  readonly key?: string | undefined;
}

/**
 * Vectors of an OpenAI-compatible endpoint. Only for an address that the person configured: code is sent there. Throws
 * `invalid_input` for what is no web address, `external` for what the endpoint refuses.
 */
export async function openEndpoint(options: EndpointOptions, signal: AbortSignal): Promise<Embedder> {
  const address = addressOf(options.url);
  const [first = []] = await ask(address, options, { texts: ["code"], signal });
  const dimensions = first.length;
  if (dimensions === 0) throw strange(address);
  return {
    // some write their key behind the address
    id: `endpoint:${address.origin}${address.pathname}:${options.model}:${dimensions}`,
    dimensions,
    async embed(texts, stop) {
      const vectors: Int8Array[] = [];
      for (let start = 0; start < texts.length; start += BATCH) {
        const batch = texts.slice(start, start + BATCH).map(({ text }) => text.slice(0, MAX_TEXT));
        const answers = await ask(address, options, { texts: batch, signal: stop });
        if (answers.some(({ length }) => length !== dimensions)) throw strange(address);
        vectors.push(...answers.map((answer) => toUnitVector(answer) ?? new Int8Array(dimensions)));
      }
      return vectors;
    },
  };
}

/** True for an address on this machine: what is sent there does not leave it. */
export function isLocalEndpoint(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/u.test(host);
}

function addressOf(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const plain = address?.protocol === "http:" || address?.protocol === "https:";
  if (address === undefined || !plain || address.username !== "" || address.password !== "")
    throw new ToolError("invalid_input", "search.endpointUrl is no http or https address", {
      hint: "Such as http://127.0.0.1:11434/v1; a key belongs into the variable that endpointKeyVariable names.",
    });
  address.pathname = `${address.pathname.replace(/\/+$/u, "")}/embeddings`;
  return address;
}

async function ask(
  address: URL,
  { model, key }: EndpointOptions,
  { texts, signal }: { readonly texts: readonly string[]; readonly signal: AbortSignal },
): Promise<number[][]> {
  const bearer = bearerOf(key);
  const { status, text } = await send(address, {
    method: "POST",
    // another address is not the one that the person named
    redirect: "manual",
    headers: { "content-type": "application/json", ...bearer },
    // an empty text is refused by most
    body: JSON.stringify({ model, input: texts.map((each) => (each.trim() === "" ? "-" : each)) }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
  });
  if (text === undefined) throw strange(address);
  if (status < 200 || status > 299)
    throw new ToolError("external", `the embedding endpoint answered ${status}`, {
      hint: "See search.endpointUrl, endpointModel and endpointKeyVariable. A redirection is not followed.",
      // whoever refuses a key may repeat it
      details: (key === undefined || key === "" ? text : text.replaceAll(key.trim(), "[key]")).slice(0, 500),
    });
  return vectorsOf(text, texts.length, address);
}

function bearerOf(key = ""): Record<string, string> {
  const trimmed = key.trim();
  // a header would be refused in words that repeat it
  if (!/^[\x21-\x7e]*$/u.test(trimmed))
    throw new ToolError("invalid_input", "the embedding endpoint's key has characters that no key has", {
      hint: "See the variable that search.endpointKeyVariable names.",
    });
  return trimmed === "" ? {} : { authorization: `Bearer ${trimmed}` };
}

/** `text` is left out when it is too long. */
async function send(
  address: URL,
  request: RequestInit,
): Promise<{ readonly status: number; readonly text: string | undefined }> {
  try {
    const response = await fetch(address, request);
    return { status: response.status, text: await bodyOf(response) };
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw new ToolError("unavailable", `the embedding endpoint at ${address.host} does not answer`, {
      hint: "Start it, or set search.embedder to table.",
      cause: error,
    });
  }
}

async function bodyOf({ body }: Response): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    length += piece.length;
    if (length > MAX_ANSWER) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function vectorsOf(text: string, wanted: number, address: URL): number[][] {
  const reply = Reply.safeParse(parseJson(text));
  if (!reply.success || reply.data.data.length !== wanted) throw strange(address);
  // the order is the endpoint's own where it says so
  const sorted = reply.data.data.map((each, at) => ({ at: each.index ?? at, each }));
  return sorted.toSorted((one, other) => one.at - other.at).map(({ each }) => each.embedding);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function strange(address: URL): ToolError {
  return new ToolError(
    "external",
    `the embedding endpoint at ${address.host} answered something else than vectors`,
    {
      hint: "See search.endpointUrl and endpointModel.",
    },
  );
}
