import type { Answer, Call } from "../shared/call.ts";
import type { ToolError } from "../shared/errors.ts";
import type { ToolFacts } from "../shared/tool.ts";
import type { EventName } from "./config/events.ts";
import type { Selected } from "./match/select.ts";

type Payload = Readonly<Record<string, unknown>>;

/** What every hook is told. `transcript_path` is empty: an MCP server has no transcript. */
export function basePayload(
  event: EventName,
  about: { readonly session: string; readonly cwd: string },
): Payload {
  return {
    session_id: about.session,
    transcript_path: "",
    cwd: about.cwd,
    hook_event_name: event,
    permission_mode: "default",
  };
}

export interface ToolPayload {
  readonly event: EventName;
  readonly tool: ToolFacts;
  readonly input: unknown;
  readonly call: Call;
  readonly cwd: string;
}

/**
 * A tool event as Claude Code would tell it, under the name that the handler selected. `plumbline` holds the call as it
 * really is.
 */
export function toolPayload(
  { event, tool, input, call, cwd }: ToolPayload,
  { toolName, view }: Selected,
): Payload {
  return {
    ...basePayload(event, { session: call.caller.id, cwd }),
    tool_name: toolName,
    tool_input: view?.input ?? input,
    tool_use_id: call.id,
    mcp_server: { name: tool.server, source: "plumbline" },
    plumbline: { tool: `${tool.server}.${tool.name}`, input },
  };
}

/** What a call gave: in the shape of the tool that the handler selected. */
export function responseOf(
  { parts, structured }: Extract<Answer, { kind: "answer" }>,
  { view }: Selected,
): unknown {
  const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("\n");
  if (view === undefined) return structured ?? parts;
  const filePath = view.input["file_path"];
  const printed = view.tool === "Bash" ? { stdout: text, stderr: "", interrupted: false } : {};
  return { success: true, ...(filePath === undefined ? {} : { filePath }), ...printed, text };
}

/** A failure in one text, as the model is told it. */
export function errorText({ code, message, details }: ToolError): string {
  return `${code}: ${message}${details === undefined ? "" : `\n${details}`}`;
}
