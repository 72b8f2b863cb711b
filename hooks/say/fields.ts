import type { EventName } from "../config/events.ts";

type ByEvent<Value> = { readonly [Event in EventName]?: Value };

/** Fields of every output that mean something here. */
export const TOP_FIELDS: ReadonlySet<string> = new Set([
  "continue",
  "stopReason",
  "suppressOutput",
  "systemMessage",
  "decision",
  "reason",
  "hookSpecificOutput",
]);

/** Fields of every output that only a host can use. */
export const HOST_TOP_FIELDS: ReadonlySet<string> = new Set(["terminalSequence", "async", "asyncTimeout"]);

/** Fields of `hookSpecificOutput` that mean something here on every event. */
export const EVERY_EVENTS_FIELDS: ReadonlySet<string> = new Set(["hookEventName", "additionalContext"]);

/** Further ones, by event. */
export const OWN_FIELDS: ByEvent<readonly string[]> = {
  PreToolUse: ["permissionDecision", "permissionDecisionReason", "updatedInput"],
  PostToolUse: ["updatedToolOutput", "updatedMCPToolOutput"],
  PreModelSwitch: ["permissionDecision", "permissionDecisionReason"],
};

/** Fields of `hookSpecificOutput` that only a host can use, by event. */
export const HOST_FIELDS: ByEvent<readonly string[]> = {
  PostToolUse: ["classifierContext"],
  PermissionRequest: ["decision"],
  PermissionDenied: ["retry"],
  UserPromptSubmit: ["sessionTitle", "suppressOriginalPrompt"],
  SessionStart: ["initialUserMessage", "sessionTitle", "watchPaths", "reloadSkills"],
  WorktreeCreate: ["worktreePath"],
  Elicitation: ["action", "content"],
  ElicitationResult: ["action", "content"],
  CwdChanged: ["watchPaths"],
  FileChanged: ["watchPaths"],
  MessageDisplay: ["displayContent"],
};

/** Every field that `hookSpecificOutput` has on some event. */
export const SPECIFIC_FIELDS: ReadonlySet<string> = new Set([
  ...EVERY_EVENTS_FIELDS,
  ...Object.values(OWN_FIELDS).flat(),
  ...Object.values(HOST_FIELDS).flat(),
]);

/** The words that `permissionDecision` may be, where it is read. */
export const PERMISSION_WORDS: ByEvent<readonly ("allow" | "deny" | "ask" | "defer")[]> = {
  PreToolUse: ["allow", "deny", "ask", "defer"],
  PreModelSwitch: ["allow", "deny", "ask"],
};

/** Events on which a host takes `additionalContext`; elsewhere it refuses the whole output. */
export const CONTEXT_EVENTS: ReadonlySet<EventName> = new Set<EventName>([
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "PostToolBatch",
  "UserPromptSubmit",
  "UserPromptExpansion",
  "SessionStart",
  "Setup",
  "Stop",
  "SubagentStop",
  "Notification",
  "SubagentStart",
]);
