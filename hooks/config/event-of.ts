import { ToolError } from "../../shared/errors.ts";
import { nearest } from "../../shared/nearest.ts";
import { EVENTS, isEventName, type EventName } from "./events.ts";

/** What other hosts call an event that Claude Code has too; what differs only in its first letter is not listed. */
const FOREIGN: Readonly<Record<string, EventName>> = {
  beforeSubmitPrompt: "UserPromptSubmit",
  userPromptSubmitted: "UserPromptSubmit",
  agentStop: "Stop",
  BeforeTool: "PreToolUse",
  AfterTool: "PostToolUse",
  BeforeAgent: "UserPromptSubmit",
  AfterAgent: "Stop",
  PreCompress: "PreCompact",
};

/** Names that only Gemini CLI uses. */
const GEMINI: ReadonlySet<string> = new Set([
  "BeforeTool",
  "AfterTool",
  "BeforeAgent",
  "AfterAgent",
  "BeforeModel",
  "AfterModel",
  "BeforeToolSelection",
  "PreCompress",
]);

export function isGeminiEvent(name: string): boolean {
  return GEMINI.has(name);
}

/** The event that a name means in Claude's own terms; `OnMessage` is a name of ours. */
export function eventOf(name: string, { own }: { readonly own: boolean }): EventName | undefined {
  if (own && name === "OnMessage") return "UserPromptSubmit";
  return isEventName(name) ? name : undefined;
}

/** The same for a name that somebody gave to us; throws `ToolError("invalid_input")` with what may have been meant. */
export function eventNamed(name: string): EventName {
  const event = eventOf(name, { own: true });
  if (event !== undefined) return event;
  const all = Object.keys(EVENTS);
  const meant = nearest(name, all);
  throw new ToolError("invalid_input", "there is no such event", {
    hint: meant === undefined ? `Events: ${all.join(", ")}.` : `Did you mean ${meant}?`,
  });
}

/** The event that comes nearest to another host's name for it, to show what a file is about. */
export function foreignEventOf(name: string): EventName | undefined {
  if (Object.hasOwn(FOREIGN, name)) return FOREIGN[name];
  const pascal = name.charAt(0).toUpperCase() + name.slice(1);
  return isEventName(pascal) ? pascal : undefined;
}
