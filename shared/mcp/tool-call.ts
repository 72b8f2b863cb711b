import { randomUUID } from "node:crypto";
import type { CallToolResult } from "@modelcontextprotocol/server";
import { freshRecord, type Answer, type Call } from "../call.ts";
import type { ToolFacts } from "../tool.ts";

/** A call that begins now; an answered question goes on as the call that asked it. */
export function beginCall(
  tool: ToolFacts,
  input: unknown,
  about: Omit<Call, "id" | "trace" | "record">,
): Call {
  const { id, trace } = about.resumed?.sealed ?? randomIds();
  return { id, trace, ...about, record: freshRecord(tool, input) };
}

/** An answer in the protocol's words. */
export function toResult({
  parts,
  structured,
  error,
  stop,
}: Extract<Answer, { kind: "answer" }>): CallToolResult {
  return {
    content: [...parts],
    ...(structured === undefined ? {} : { structuredContent: structured }),
    ...(error === undefined ? {} : { isError: true }),
    ...(stop === undefined ? {} : { _meta: { [STOP_KEY]: stop } }),
  };
}

/** Tells a host that a hook wants the whole work to stop, and why: no answer of a server can stop a model. */
const STOP_KEY = "plumbline/stop";

/** The last and the first twelve digits of a UUID: Node draws those in batches, which costs a call nothing. */
function randomIds(): Pick<Call, "id" | "trace"> {
  const digits = randomUUID();
  return { id: digits.slice(24), trace: digits.slice(0, 8) + digits.slice(9, 13) };
}
