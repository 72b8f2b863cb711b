import { isDeepStrictEqual } from "node:util";
import type { EventName } from "../config/events.ts";
import type { Outcome } from "../outcome.ts";
import type { Combined } from "./combine.ts";
import { CONTEXT_EVENTS, HOST_FIELDS, PERMISSION_WORDS } from "./fields.ts";
import { specificOutput } from "./specific-output.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * What hooks said together about an event that a host noticed, as one output of Claude's shape: `{}` when nobody said
 * anything. A field that only the host can use is passed on when all hooks that give it agree.
 */
export function toHostOutput(
  event: EventName,
  combined: Combined,
  outcomes: readonly Outcome[],
): Record<string, unknown> {
  const { stop, notes, systemMessages } = combined;
  const late =
    event === "PostToolUse" && stop === undefined && outcomes.some(({ reason }) => reason !== undefined);
  const asContext = CONTEXT_EVENTS.has(event) && !late;
  const { fields, disputed } = handedOn(event, outcomes);
  const specific = {
    ...permission(event, combined, outcomes),
    ...(combined.updatedInput === undefined ? {} : { updatedInput: combined.updatedInput.value }),
    ...(combined.updatedOutput === undefined ? {} : { updatedToolOutput: combined.updatedOutput.value }),
    ...(asContext && notes.length > 0 ? { additionalContext: notes.join("\n\n") } : {}),
    ...fields,
  };
  const messages = [
    ...systemMessages,
    ...(asContext || late ? [] : notes),
    ...disputed.map((field) => `hooks disagree about ${field}, so none of them is heeded`),
  ];
  return {
    ...refusal(event, combined, late),
    ...(messages.length === 0 ? {} : { systemMessage: messages.join("\n") }),
    ...(Object.keys(specific).length === 0
      ? {}
      : { hookSpecificOutput: { hookEventName: event, ...specific } }),
  };
}

function refusal(event: EventName, { decision, reason, stop, notes }: Combined, late: boolean): Fields {
  if (stop !== undefined) return { continue: false, stopReason: stop };
  if (late) return { decision: "block", reason: notes.join("\n\n") };
  if (decision !== "deny" || PERMISSION_WORDS[event] !== undefined) return {};
  return { decision: "block", reason: reason ?? "" };
}

function permission(
  event: EventName,
  { decision, reason, stop }: Combined,
  outcomes: readonly Outcome[],
): Fields {
  if (PERMISSION_WORDS[event] === undefined || stop !== undefined) return {};
  if (decision !== "none")
    return {
      permissionDecision: decision,
      ...(reason === undefined ? {} : { permissionDecisionReason: reason }),
    };
  return outcomes.some((outcome) => outcome.decision === "defer") ? { permissionDecision: "defer" } : {};
}

/** The fields that only the host can use, from hooks that did their work. */
function handedOn(
  event: EventName,
  outcomes: readonly Outcome[],
): { readonly fields: Fields; readonly disputed: readonly string[] } {
  const fields: Record<string, unknown> = {};
  const disputed: string[] = [];
  const given = outcomes.flatMap(({ status, printed }) =>
    status === "failed" || printed === undefined ? [] : [specificOutput(printed, event) ?? {}],
  );
  for (const field of HOST_FIELDS[event] ?? []) {
    const [first, ...others] = given.map((each) => each[field]).filter((value) => value !== undefined);
    if (first === undefined) continue;
    if (others.every((value) => isDeepStrictEqual(value, first))) fields[field] = first;
    else disputed.push(field);
  }
  return { fields, disputed };
}
