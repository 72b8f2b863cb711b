import { freshRecord, type Call } from "../shared/call.ts";
import { ToolError } from "../shared/errors.ts";
import { parseInput } from "../shared/pipeline/arguments.ts";
import type { ToolFacts } from "../shared/tool.ts";
import type { AroundCall } from "./around-call.ts";
import { factsOf, type EventName } from "./config/events.ts";
import { fire, judge, type Fired, type FiringParts } from "./firing.ts";
import { labelOf } from "./label.ts";
import type { Live } from "./live-set.ts";
import { selectOther } from "./other-events.ts";
import type { Outcome } from "./outcome.ts";
import type { Approval, HookTrust } from "./trust/hook-trust.ts";

/** What an event selects and what not, and why; with what came of it when it was run. */
export interface Explained {
  readonly selected: readonly {
    /** File and line. */
    readonly hook: string;
    readonly id: string;
    /** The `tool_name` that it is told, or the event. */
    readonly as: string;
    readonly matched: string;
    readonly trust: Approval["state"];
    /** What it is told on stdin. */
    readonly payload: Readonly<Record<string, unknown>>;
    /** Its own words, when it was run. */
    readonly said?: readonly string[];
  }[];
  readonly passed: readonly { readonly hook: string; readonly why: string }[];
  readonly result?: {
    readonly decision: string;
    readonly reason?: string;
    readonly notes: readonly string[];
    /** The arguments that hooks want instead, in the terms of the one that said so. */
    readonly updatedInput?: unknown;
  };
}

/** A call of a tool that is served, or what a host would forward. */
export type Subject =
  | { readonly tool: ToolFacts; readonly input: Readonly<Record<string, unknown>> }
  | { readonly payload: Readonly<Record<string, unknown>> };

export interface ExplainOptions {
  readonly live: Live;
  readonly around: AroundCall;
  readonly event: EventName;
  readonly subject: Subject;
  /** Whether what is selected and approved is run. */
  readonly run: boolean;
  readonly signal: AbortSignal;
}

/** Looks at one event as if it happened. */
export async function explain(parts: FiringParts, options: ExplainOptions): Promise<Explained> {
  const { event, signal, run } = options;
  const { selection, payloadOf, subject } = await select(parts, options);
  const { selected } = selection;
  const fired = run ? await fire(parts, { event, selected, payloadOf, subject, signal }) : undefined;
  return inWords(parts.trust, { event, selection, payloadOf, fired });
}

type Seen = ReturnType<typeof selectOther>;

async function select(
  parts: FiringParts,
  { live, around, event, subject, signal }: ExplainOptions,
): Promise<Seen> {
  const caller = "cli";
  if (!("tool" in subject))
    return selectOther(parts, live, { event, payload: subject.payload, caller, name: "" });
  const { tool } = subject;
  if (factsOf(event).matches !== "tool_name")
    throw new ToolError("invalid_input", `${event} is not about a tool`, { hint: "Leave out the tool." });
  const input = parseInput(tool, subject.input);
  const call: Call = {
    id: "test",
    trace: "test",
    caller: { id: caller, transport: "cli", name: "plumbline hooks test", canAsk: false },
    signal,
    log: parts.log,
    report: () => {},
    record: freshRecord(tool, input),
  };
  const about = { tool, input, call };
  await around.prepare(live.selectorFor(""), about);
  const told = around.payloadOf(event, about);
  const payloadOf: typeof told = (each) => ({ ...told(each), ...MADE_UP[event] });
  return { selection: around.select(event, about), payloadOf, subject: `${tool.server}.${tool.name}` };
}

/** What only a call that ran has to tell. */
const MADE_UP: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  PostToolUse: { tool_response: { success: true }, duration_ms: 1 },
  PostToolUseFailure: { error: "not_found: made up by plumbline hooks test", is_interrupt: false },
};

interface Found extends Pick<Seen, "selection" | "payloadOf"> {
  readonly event: EventName;
  /** Nothing when nothing was run. */
  readonly fired: Fired | undefined;
}

async function inWords(trust: HookTrust, { event, selection, payloadOf, fired }: Found): Promise<Explained> {
  const judged = await judge(trust, selection.selected);
  const selected = judged.map(({ selected: each, approval: { state, hash } }, index) => {
    const outcome = fired?.outcomes[index];
    return {
      hook: labelOf(each.loaded),
      id: hash.slice(0, 8),
      as: each.toolName === "" ? event : each.toolName,
      matched: each.uncertain === undefined ? each.matched : `${each.matched} (${each.uncertain})`,
      trust: state,
      payload: payloadOf(each),
      ...(outcome === undefined ? {} : { said: wordsOf(outcome) }),
    };
  });
  const passed = selection.passed.map(({ loaded, why }) => ({ hook: labelOf(loaded), why }));
  return { selected, passed, ...(fired === undefined ? {} : { result: resultOf(fired) }) };
}

function wordsOf({ status, decision, reason, stop, context, systemMessage, problems }: Outcome): string[] {
  return [
    `${status}${decision === undefined ? "" : `, ${decision}`}`,
    ...(reason === undefined ? [] : [`reason: ${reason}`]),
    ...(stop === undefined ? [] : [`stops everything: ${stop}`]),
    ...context.map((text) => `for the model: ${text}`),
    ...(systemMessage === undefined ? [] : [`for you: ${systemMessage}`]),
    ...problems,
  ];
}

function resultOf({ combined, outcomes }: Fired): NonNullable<Explained["result"]> {
  const { decision, reason, stop, notes, updatedInput } = combined;
  const blocked = outcomes.some(({ status }) => status === "blocked");
  return {
    decision: stop === undefined ? (decision === "none" && blocked ? "block" : decision) : "stop",
    ...(reason === undefined ? {} : { reason }),
    notes,
    ...(updatedInput === undefined ? {} : { updatedInput: updatedInput.value }),
  };
}
