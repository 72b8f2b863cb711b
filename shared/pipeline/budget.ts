import type { Answer, Stage } from "../call.ts";
import { ToolError } from "../errors.ts";
import { DEFAULT_BUDGET } from "../limits.ts";
import type { Part } from "../tool.ts";

/** Keeps every answer within the characters that the caller asked for, 20,000 when nothing was asked. */
export function withBudget(): Stage {
  return (endpoint) => ({
    ...endpoint,
    async call(input, call) {
      const answer = await endpoint.call(input, call);
      return answer.kind === "answer" ? fitNotes(answer, budgetOf(input)) : answer;
    },
  });
}

type Answered = Extract<Answer, { kind: "answer" }>;

/** What hooks add keeps its place behind the answer, up to half of the budget. */
function fitNotes(answer: Answered, budget: number): Answered {
  const { notes = [], ...plain } = answer;
  if (notes.length === 0) return fit(plain, budget);
  const text = notes.join("\n");
  const note = text.length <= budget / 2 ? text : cut(text, Math.floor(budget / 2));
  const { parts, ...rest } = fit(plain, budget - note.length);
  return { ...rest, parts: [...parts, { type: "text", text: note }] };
}

/** Full, then each shorter form, then the first part of the shortest with a first line that says so. */
export function fit(answer: Answered, budget: number): Answered {
  const { shorter = [], ...rest } = answer;
  if (sizeOf(rest.parts) <= budget) return rest;
  const solid = rest.parts.filter((part) => part.type !== "text");
  const room = budget - sizeOf(solid);
  if (room < 0) {
    throw new ToolError("too_large", `the answer holds ${sizeOf(solid)} characters that cannot be cut`, {
      hint: `Ask again with budget ${sizeOf(solid) + 200}, or for a smaller range.`,
    });
  }
  let text = textOf(rest.parts);
  for (const shorten of shorter) {
    text = shorten();
    if (text.length <= room) return { ...rest, parts: [{ type: "text", text }, ...solid] };
  }
  return { ...rest, parts: [{ type: "text", text: cut(text, room) }, ...solid] };
}

function budgetOf(input: unknown): number {
  const asked = typeof input === "object" && input !== null && "budget" in input ? input.budget : undefined;
  return typeof asked === "number" ? asked : DEFAULT_BUDGET;
}

function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((size, part) => size + lengthOf(part), 0);
}

function lengthOf(part: Part): number {
  switch (part.type) {
    case "text":
      return part.text.length;
    case "image":
      return part.data.length;
    case "resource_link":
      return part.uri.length + part.name.length;
    default:
      return part satisfies never;
  }
}

function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("\n");
}

function cut(text: string, room: number): string {
  const notice = `[partial: the first part of ${text.length} characters; narrow the call or raise budget]\n`;
  const end = Math.max(0, room - notice.length);
  // A cut between the halves of a surrogate pair would make invalid text.
  const code = text.charCodeAt(end - 1);
  const splits = code >= 0xd800 && code <= 0xdbff;
  return (notice + text.slice(0, splits ? end - 1 : end)).slice(0, room);
}
