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
  /** Sent as a bearer token when it is given. */
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
    id: `endpoint:${address.href}:${options.model}:${dimensions}`,
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
  const response = await send(address, {
    method: "POST",
    // another address is not the one that the person named
    redirect: "error",
    headers: {
      "content-type": "application/json",
      ...(key === undefined || key === "" ? {} : { authorization: `Bearer ${key}` }),
    },
    // an empty text is refused by most
    body: JSON.stringify({ model, input: texts.map((text) => (text.trim() === "" ? "-" : text)) }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
  });
  const text = await response.text();
  if (!response.ok)
    throw new ToolError("external", `the embedding endpoint answered ${response.status}`, {
      hint: "See search.endpointUrl, endpointModel and endpointKeyVariable.",
      details: text.slice(0, 500),
    });
  if (text.length > MAX_ANSWER) throw strange(address);
  return vectorsOf(text, texts.length, address);
}

async function send(address: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, request);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw new ToolError("unavailable", `the embedding endpoint at ${address.host} does not answer`, {
      hint: "Start it, or set search.embedder to table.",
      cause: error,
    });
  }
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
