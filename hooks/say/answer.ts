import * as z from "zod";
import type { Part, ToolFacts } from "../../shared/tool.ts";
import { excerpt } from "./excerpt.ts";

/** What a hook wants the model to see instead, in the shapes of an answer; or why that cannot be, in our words. */
export interface Replacement {
  readonly parts?: readonly Part[];
  /** For a tool with an output schema, always together with `parts`. */
  readonly structured?: Record<string, unknown>;
  readonly problem?: string;
}

/** Characters of a replaced answer. */
const MOST = 1024 * 1024;

const content: z.ZodType<readonly Part[]> = z.array(
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("text"), text: z.string() }),
    z.object({ type: z.literal("image"), data: z.base64(), mimeType: z.string() }),
    z.object({
      type: z.literal("resource_link"),
      uri: z.string(),
      name: z.string(),
      mimeType: z.string().exactOptional(),
    }),
  ]),
);

/**
 * The answer that a hook wants instead. A tool without an output schema takes a text, MCP content blocks, or an object
 * that holds them as `content`; one with a schema takes what passes it, also as JSON text or as `structuredContent`,
 * since clients may show the model nothing but the structured part. With a `problem` the answer stays as it is.
 */
export function replaceAnswer(value: unknown, tool: Pick<ToolFacts, "output">): Replacement {
  const replacement = tool.output === undefined ? asParts(value) : asStructured(value, tool.output);
  return sizeOf(replacement) > MOST ? stays(`it holds more than ${MOST} characters`) : replacement;
}

function asParts(value: unknown): Replacement {
  if (typeof value === "string") return { parts: [{ type: "text", text: value }] };
  const blocks = Array.isArray(value) ? value : fieldOf(value, "content");
  if (!Array.isArray(blocks)) return stays("it must be a text or a list of content blocks");
  const parsed = content.safeParse(blocks);
  return parsed.success
    ? { parts: parsed.data }
    : stays(`its content blocks are wrong: ${issueIn(parsed.error)}`);
}

function asStructured(value: unknown, output: z.ZodObject): Replacement {
  const given = typeof value === "string" ? fromJson(value) : value;
  const parsed = output.safeParse(given);
  const inner = parsed.success ? parsed : output.safeParse(fieldOf(given, "structuredContent"));
  if (inner.success)
    return { parts: [{ type: "text", text: JSON.stringify(inner.data) }], structured: inner.data };
  return stays(`the tool answers with an object of its own shape: ${issueIn(parsed.error ?? inner.error)}`);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function issueIn({ issues }: z.ZodError): string {
  const [issue] = issues;
  return issue === undefined ? "" : excerpt(`${issue.path.map(String).join(".")} ${issue.message}`.trim());
}

function sizeOf({ parts = [] }: Replacement): number {
  return parts.reduce((size, part) => size + JSON.stringify(part).length, 0);
}

function stays(why: string): Replacement {
  return { problem: `the new answer of a hook was not used: ${why}` };
}
