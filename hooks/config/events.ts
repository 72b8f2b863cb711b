/** What Claude Code does at an event, as far as it matters to a handler. */
export interface EventFacts {
  /** The field of the payload that a matcher is tested against; nothing where matchers are ignored. */
  readonly matches?: string;
  /** `exact`: only letters, digits, `_` and `|` make a list; a hyphen, a space or a comma makes an expression here. */
  readonly names?: "exact";
  /** Whether exit code 2, or `decision: block`, stops something. */
  readonly blocks: boolean;
  /** Whether standard output that is no JSON is text for the model. */
  readonly textIsContext: boolean;
  /** Milliseconds that a handler has when its file says nothing. */
  readonly timeoutMs: number;
  /** Milliseconds that a file can give at most; 600,000 where nothing is said. */
  readonly maxTimeoutMs?: number;
  /** Whether an MCP server can notice the event by itself; the others come from a host, by `hook_event`. */
  readonly fires: boolean;
}

const MINUTE = 60_000;
const quiet: EventFacts = { blocks: false, textIsContext: false, timeoutMs: MINUTE, fires: false };

/** Claude Code's events as of 2.1.329. */
export const EVENTS = {
  PreToolUse: { ...quiet, matches: "tool_name", blocks: true, fires: true },
  PostToolUse: { ...quiet, matches: "tool_name", fires: true },
  PostToolUseFailure: { ...quiet, matches: "tool_name", fires: true },
  PostToolBatch: { ...quiet, blocks: true },
  PermissionRequest: { ...quiet, matches: "tool_name" },
  PermissionDenied: { ...quiet, matches: "tool_name" },
  UserPromptSubmit: { ...quiet, blocks: true, textIsContext: true, timeoutMs: 30_000 },
  UserPromptExpansion: { ...quiet, matches: "command_name", blocks: true, textIsContext: true },
  SessionStart: { ...quiet, matches: "source", textIsContext: true, fires: true },
  Setup: { ...quiet, matches: "trigger" },
  SessionEnd: { ...quiet, matches: "reason", timeoutMs: 1_500, maxTimeoutMs: MINUTE, fires: true },
  Stop: { ...quiet, blocks: true },
  SubagentStop: { ...quiet, matches: "agent_type", blocks: true },
  StopFailure: { ...quiet, matches: "error", names: "exact" },
  Notification: { ...quiet, matches: "notification_type" },
  SubagentStart: { ...quiet, matches: "agent_type" },
  PreCompact: { ...quiet, matches: "trigger", blocks: true },
  PostCompact: { ...quiet, matches: "trigger" },
  PreModelSwitch: { ...quiet, blocks: true, timeoutMs: 30_000 },
  PostModelSwitch: { ...quiet, timeoutMs: 30_000 },
  TeammateIdle: { ...quiet, blocks: true },
  TaskCreated: { ...quiet, blocks: true },
  TaskCompleted: { ...quiet, blocks: true },
  ConfigChange: { ...quiet, matches: "source", blocks: true },
  WorktreeCreate: { ...quiet, blocks: true },
  WorktreeRemove: quiet,
  Elicitation: { ...quiet, matches: "mcp_server_name", blocks: true },
  ElicitationResult: { ...quiet, matches: "mcp_server_name", blocks: true },
  InstructionsLoaded: { ...quiet, matches: "load_reason" },
  CwdChanged: quiet,
  // the matcher is about the last part of the path
  FileChanged: { ...quiet, matches: "file_path", names: "exact" },
  DirectoryAdded: quiet,
  MessageDisplay: { ...quiet, timeoutMs: 10_000 },
} as const satisfies Record<string, EventFacts>;

export type EventName = keyof typeof EVENTS;

/** What is known of an event. */
export function factsOf(event: EventName): EventFacts {
  return EVENTS[event];
}

/** True for the name of an event, spelled exactly. */
export function isEventName(name: string): name is EventName {
  return Object.hasOwn(EVENTS, name);
}
