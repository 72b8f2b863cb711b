import type { Answer } from "../call.ts";
import { ToolError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";

/** How a call ended, in one word. `asked`: a person decides, and the same call comes again. */
export type Outcome = "ok" | "asked" | ErrorCode | "internal";

/** The outcome of a call that returned. */
export function outcomeOf(answer: Answer): Outcome {
  return answer.kind === "question" ? "asked" : (answer.error ?? "ok");
}

/** The outcome of a call that threw; a failure after the caller went away is `cancelled`, not ours. */
export function outcomeOfError(error: unknown, signal: AbortSignal): Outcome {
  if (error instanceof ToolError) return error.code;
  return signal.aborted ? "cancelled" : "internal";
}
