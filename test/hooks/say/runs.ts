import type { Outcome, HandlerRun } from "../../../hooks/outcome.ts";
import type { EventName } from "../../../hooks/config/events.ts";
import { interpret, type InterpretAbout } from "../../../hooks/say/interpret.ts";

/** How a handler is judged in a test, where nothing else is said. */
export interface Judged extends Partial<InterpretAbout["handler"]> {
  readonly failClosed?: boolean;
}

/** A run that ended with exit code 0 and printed nothing, but for what is given. */
export function runOf(run: Partial<HandlerRun>): HandlerRun {
  return { end: "exit", code: 0, stdout: "", cut: false, stderr: "", ms: 5, ...run };
}

/** What a run means on an event. */
export function judge(event: EventName, run: Partial<HandlerRun>, judged: Judged = {}): Outcome {
  const { failClosed = false, ...handler } = judged;
  return interpret(runOf(run), { event, failClosed, handler: { type: "command", async: false, ...handler } });
}

/** What it means that a handler printed an object. */
export function hear(event: EventName, printed: unknown, judged: Judged = {}): Outcome {
  return judge(event, { stdout: JSON.stringify(printed) }, judged);
}

/** The same with fields of `hookSpecificOutput`. */
export function hearSpecific(event: EventName, specific: object, judged: Judged = {}): Outcome {
  return hear(event, { hookSpecificOutput: { hookEventName: event, ...specific } }, judged);
}

/** An outcome without the object that was printed, which has tests of its own. */
export function withoutPrinted(outcome: Outcome): Omit<Outcome, "printed"> {
  const { printed: _, ...rest } = outcome;
  return rest;
}
