import { factsOf, type EventName } from "../config/events.ts";
import type { Handler } from "../handler.ts";
import type { HandlerRun, Outcome } from "../outcome.ts";
import { excerpt } from "./excerpt.ts";
import { fitTexts } from "./fit-texts.ts";
import { readOutput } from "./read-output.ts";
import { readStdout, type Printed } from "./read-stdout.ts";
import { specificOutput } from "./specific-output.ts";
import { tellingPart } from "./telling-part.ts";

/** Characters of all texts of one outcome together. */
const MOST_TEXT = 10_000;

/** What a run is judged by. */
export interface InterpretAbout {
  readonly event: EventName;
  readonly handler: Pick<Handler, "type" | "onFailure" | "async">;
  /** On PreToolUse a failure blocks unless the handler's own `onFailure` says otherwise. */
  readonly failClosed: boolean;
}

/**
 * What a handler's run means by the contract of its event. Total: whatever was printed, it does not throw. The first
 * problem of a `failed` outcome says what happened; with a decision `deny` that failure counts as a block.
 */
export function interpret(run: HandlerRun, about: InterpretAbout): Outcome {
  const outcome = heard(run, about.event);
  return bounded(about.handler.async ? unheeded(outcome) : blockedByFailure(outcome, about));
}

function heard(run: HandlerRun, event: EventName): Outcome {
  if (run.end === "exit" && run.code === 2) return refusal(run, event);
  const failure = failureOf(run);
  if (failure !== undefined) return failed(failure);
  const printed = readStdout(run.stdout, run.cut);
  switch (printed.kind) {
    case "nothing":
      return { status: "ok", context: [], problems: [] };
    case "broken":
      return failed(printed.problem);
    case "object":
      return readOutput(printed.fields, event);
    case "text":
      return readText(printed, event);
    default:
      return printed satisfies never;
  }
}

function failed(problem: string): Outcome {
  return { status: "failed", context: [], problems: [problem] };
}

/** What went wrong, with the line that says most of what the program wrote about it. */
function failureOf(run: HandlerRun): string | undefined {
  const what = endOf(run);
  const said = excerpt(tellingPart(run.stderr));
  return what === undefined || said === "" ? what : `${what}: ${said}`;
}

function endOf({ end, code = -1, ms }: HandlerRun): string | undefined {
  switch (end) {
    case "exit":
      return code === 0 ? undefined : `exit code ${code}${EXIT_CODES[code] ?? ""}`;
    case "http":
      return code >= 200 && code < 300 ? undefined : `HTTP status ${code}`;
    case "signal":
      return "ended by a signal";
    case "timeout":
      return `still running at its time limit, after ${Math.round(ms / 100) / 10} s`;
    case "aborted":
      return "ended early, since the call was cancelled";
    case "unstartable":
      return "could not start";
    default:
      return end satisfies never;
  }
}

const EXIT_CODES: Readonly<Record<number, string>> = {
  126: " (found, but it cannot be executed)",
  127: " (a program was not found)",
};

/** Exit code 2: standard error is the reason, whatever else was printed. */
function refusal({ stdout, stderr, cut }: HandlerRun, event: EventName): Outcome {
  const { blocks } = factsOf(event);
  const printed = readStdout(stdout, cut);
  const reason = stderr.trim() || reasonIn(printed, event);
  const problems = [];
  if (!blocks && event !== "PostToolUse")
    problems.push(`${event} cannot be blocked; the reason is told to the model`);
  if (reason === undefined && printed.kind === "text")
    problems.push(
      "with exit code 2 the reason is read from standard error, and it printed to standard output",
    );
  return {
    status: "blocked",
    ...(blocks ? { decision: "deny" } : {}),
    reason: reason ?? "exit code 2, and no reason was given",
    context: [],
    problems,
  };
}

function reasonIn(printed: Printed, event: EventName): string | undefined {
  if (printed.kind !== "object") return undefined;
  const { fields } = printed;
  const texts = [
    specificOutput(fields, event)?.["permissionDecisionReason"],
    fields["reason"],
    fields["stopReason"],
  ];
  return texts.filter((text) => typeof text === "string").find((text) => text.trim() !== "");
}

function readText({ text, problem, lost }: Extract<Printed, { kind: "text" }>, event: EventName): Outcome {
  const problems = problem === undefined ? [] : [problem];
  if (factsOf(event).textIsContext) return { status: "ok", context: [text], problems };
  if (lost) return { status: "failed", context: [], problems };
  if (event !== "WorktreeCreate") return { status: "ok", context: [], problems };
  // there the text is the answer, and a host takes it in this form
  const printed = { hookSpecificOutput: { hookEventName: event, worktreePath: text } };
  return { status: "ok", context: [], printed, problems };
}

/** Events on which a hook that fails may not block: it would keep an agent at work for ever. */
const NEVER_BLOCKED_BY_FAILURE: ReadonlySet<EventName> = new Set<EventName>([
  "Stop",
  "SubagentStop",
  "TaskCompleted",
  "TeammateIdle",
]);

function blockedByFailure(
  outcome: Outcome,
  { event, handler: { onFailure }, failClosed }: InterpretAbout,
): Outcome {
  if (outcome.status !== "failed" || NEVER_BLOCKED_BY_FAILURE.has(event)) return outcome;
  const closed = failClosed && event === "PreToolUse" && onFailure === undefined;
  if (onFailure !== "block" && !closed && event !== "WorktreeCreate") return outcome;
  const reason = `this hook failed, and its failure blocks: ${outcome.problems[0] ?? ""}`;
  return { ...outcome, reason, ...(factsOf(event).blocks ? { decision: "deny" } : {}) };
}

/** Nobody waited for it, so what it says comes too late to decide anything. */
function unheeded({ status, problems }: Outcome): Outcome {
  return status === "blocked"
    ? { status: "ok", context: [], problems: [...problems, "it runs async, so it cannot block"] }
    : { status, context: [], problems };
}

function bounded(outcome: Outcome): Outcome {
  const { reason, stop, systemMessage, context } = outcome;
  const [why = "", end = "", message = "", ...texts] = fitTexts(
    [reason ?? "", stop ?? "", systemMessage ?? "", ...context],
    MOST_TEXT,
  );
  return {
    ...outcome,
    ...(reason === undefined ? {} : { reason: why }),
    ...(stop === undefined ? {} : { stop: end }),
    ...(systemMessage === undefined ? {} : { systemMessage: message }),
    context: texts,
  };
}
