import type { RequestId } from "@modelcontextprotocol/server";

/** A `tools/call` request that holds nothing but a tool and its arguments. */
export interface PlainCall {
  readonly id: RequestId;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly progressToken: RequestId | undefined;
  /** What the protocol's own keys of `_meta` say, as one string; empty when there are none. */
  readonly envelope: string;
}

/** The plain call that a parsed line is, or undefined for whatever has anything else in it, or has it wrong. */
export function plainCallIn(message: unknown): PlainCall | undefined {
  if (!isRecord(message) || !hasOnly(message, REQUEST_KEYS)) return undefined;
  const { jsonrpc, id, method, params } = message;
  if (jsonrpc !== "2.0" || method !== "tools/call" || !isRequestId(id)) return undefined;
  const asked = paramsIn(params);
  return asked && { id, ...asked };
}

function paramsIn(params: unknown): Omit<PlainCall, "id"> | undefined {
  if (!isRecord(params) || !hasOnly(params, PARAMS_KEYS)) return undefined;
  const { name, arguments: input = {}, _meta: meta = {} } = params;
  if (typeof name !== "string" || !isRecord(input) || !isRecord(meta)) return undefined;
  const { progressToken } = meta;
  if (progressToken !== undefined && !isRequestId(progressToken)) return undefined;
  return { name, input, progressToken, envelope: envelopeIn(meta) };
}

/** The id in a notification that takes a request back. */
export function cancelledIn(message: unknown): unknown {
  if (!isRecord(message) || message["method"] !== "notifications/cancelled") return undefined;
  return isRecord(message["params"]) ? message["params"]["requestId"] : undefined;
}

/** The protocol's own keys of a `_meta`, in an order of their own, with their values; other keys mean nothing to it. */
export function envelopeIn(meta: object): string {
  const entries = Object.entries(meta).filter(([key]) => key.startsWith(RESERVED));
  return entries.length === 0 ? "" : JSON.stringify(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

const REQUEST_KEYS: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params"]);
const PARAMS_KEYS: ReadonlySet<string> = new Set(["name", "arguments", "_meta"]);
const RESERVED = "io.modelcontextprotocol/";

function hasOnly(record: object, keys: ReadonlySet<string>): boolean {
  for (const key in record) if (!keys.has(key)) return false;
  return true;
}

function isRequestId(value: unknown): value is RequestId {
  return typeof value === "string" || Number.isSafeInteger(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
