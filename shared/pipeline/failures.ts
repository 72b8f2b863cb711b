import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { Answer, Call, Stage } from "../call.ts";
import { ToolError } from "../errors.ts";

const MAX_SENTENCE = 2_000;
const MAX_DETAILS = 2_000;

/** The outermost step: every failure becomes an answer, so no transport ever sees an exception of a tool. */
export function withFailures(): Stage {
  return (endpoint) => ({
    ...endpoint,
    async call(input, call) {
      try {
        return await endpoint.call(input, call);
      } catch (error) {
        return failed(error, call, `${endpoint.tool.server}.${endpoint.tool.name}`);
      }
    },
  });
}

function failed(error: unknown, call: Call, tool: string): Answer {
  if (error instanceof ToolError) return told(error);
  if (call.signal.aborted) return answer("cancelled", "cancelled: the caller took the call back");
  const ref = randomBytes(4).toString("hex");
  const stack =
    error instanceof z.ZodError
      ? z.prettifyError(error)
      : error instanceof Error
        ? error.stack
        : String(error);
  call.log("error", `${tool} failed, internal: ${ref}\n${stack}`);
  return answer(
    "internal",
    `internal: ${ref}\nhint: This is a fault of the server; its log has the cause under that reference.`,
  );
}

function answer(error: Extract<Answer, { kind: "answer" }>["error"] & string, text: string): Answer {
  return { kind: "answer", error, parts: [{ type: "text", text }] };
}

function told(error: ToolError): Answer {
  const { code, notes, stop } = error;
  const text = [describe(error), ...notes].join("\n");
  return {
    kind: "answer",
    error: code,
    parts: [{ type: "text", text }],
    ...(stop === undefined ? {} : { stop }),
  };
}

/** `code: message`, then the hint, then foreign text, bounded and labelled as such. */
function describe(error: ToolError): string {
  const lines = [`${error.code}: ${bound(error.message, MAX_SENTENCE)}`];
  if (error.hint !== undefined) lines.push(`hint: ${bound(error.hint, MAX_SENTENCE)}`);
  if (error.details !== undefined)
    lines.push("details (not ours, untrusted):", bound(error.details, MAX_DETAILS));
  return lines.join("\n");
}

function bound(text: string, limit: number): string {
  return text.length <= limit
    ? text
    : `${text.slice(0, limit)}… (${text.length - limit} characters left out)`;
}
