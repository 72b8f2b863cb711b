import * as z from "zod";
import type { Answer, Call, Endpoint, Stage } from "../call.ts";
import { ToolError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { ToolFacts } from "../tool.ts";
import { hashCall } from "./hash-call.ts";
import { quickParser } from "./quick-parse.ts";

/**
 * Parses the arguments; what stands below sees only checked ones. When the call answers a question, the
 * arguments must be the ones that the person was asked about, and the sealed ones are run.
 */
export function withArguments(): Stage {
  return (endpoint) => {
    const quick = quickParser(endpoint.tool.input);
    const parse = (given: unknown): unknown => quick(given) ?? parseInput(endpoint.tool, given);
    return { ...endpoint, call: (raw, call) => callParsed(endpoint, raw ?? {}, { call, parse }) };
  };
}

async function callParsed(
  endpoint: Endpoint,
  raw: unknown,
  { call, parse }: { readonly call: Call; readonly parse: (given: unknown) => unknown },
): Promise<Answer> {
  const { tool } = endpoint;
  if (call.resumed !== undefined && call.resumed.sealed.hash !== hashCall(tool, raw)) {
    throw new ToolError(
      "conflict",
      `the arguments of ${tool.name} changed between the question and its answer`,
      {
        hint: "Call the tool again; the person will be asked about the new arguments.",
      },
    );
  }
  const answer = await endpoint.call(parse(call.resumed?.sealed.input ?? raw), call);
  if (answer.kind === "answer") return answer;
  return { ...answer, sealed: { ...answer.sealed, hash: hashCall(tool, raw) } };
}

/** Checks arguments against the tool's schema; throws `invalid_input` that names the argument and what is expected. */
export function parseInput(tool: ToolFacts, raw: unknown): unknown {
  const parsed = tool.input.safeParse(raw);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const told = issues.slice(0, 5).map((issue) => sentence(tool, issue));
  if (issues.length > told.length) told.push(`and ${issues.length - told.length} more`);
  throw new ToolError("invalid_input", `${tool.name}: ${told.join("; ")}`, {
    hint: `Arguments: ${signature(tool.input)}.`,
  });
}

function sentence(tool: ToolFacts, issue: z.core.$ZodIssue): string {
  const where = issue.path.map(String).join(".").slice(0, 100);
  if (issue.code === "unrecognized_keys") {
    const names = issue.keys.slice(0, 5).map((key) => {
      const meant = where === "" ? nearest(key, Object.keys(tool.input.shape)) : undefined;
      return `"${key.slice(0, 60)}" is not an argument${meant === undefined ? "" : ` (${meant}?)`}`;
    });
    return where === "" ? names.join(", ") : `in ${where}: ${names.join(", ")}`;
  }
  return where === "" ? issue.message : `${where}: ${issue.message}`;
}

/** `path, edits [{oldText, newText, replaceAll?}], dryRun?`: what a caller may give. */
function signature({ shape }: z.ZodObject): string {
  return Object.entries(shape)
    .map(([name, schema]) => `${name}${isOptional(schema) ? "?" : ""}${itemsOf(schema)}`)
    .join(", ");
}

function itemsOf(schema: z.core.$ZodType): string {
  return schema instanceof z.ZodArray && schema.element instanceof z.ZodObject
    ? ` [{${signature(schema.element)}}]`
    : "";
}

/** With a default too. */
function isOptional(schema: z.core.$ZodType): boolean {
  return schema._zod.optin !== undefined;
}
