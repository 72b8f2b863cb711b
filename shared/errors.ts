/** Why a call failed, in nine words that a model can act on. */
export const ERROR_CODES = [
  "invalid_input",
  "denied",
  "not_found",
  "conflict",
  "too_large",
  "timeout",
  "cancelled",
  "unavailable",
  "external",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ToolErrorOptions {
  /** What to try next, one sentence. */
  readonly hint?: string;
  /** Foreign text (stderr, a parser's words); bounded and labelled before it is shown. */
  readonly details?: string;
  readonly cause?: unknown;
  /** What hooks add to the answer, bounded by them. */
  readonly notes?: readonly string[];
  /** A hook wants the host to stop the whole work; why. */
  readonly stop?: string;
}

/** A failure that the model can act on. `message` is our own sentence: what happened, to what. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: string | undefined;
  readonly notes: readonly string[];
  readonly stop: string | undefined;

  constructor(code: ErrorCode, message: string, options: ToolErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
    this.notes = options.notes ?? [];
    this.stop = options.stop;
  }
}

/** A failure that the operator can act on: flags, environment, a missing part. One line on stderr, exit 2. */
export class StartupError extends Error {
  override readonly name = "StartupError";
}

/** True for an error of the operating system with this code, such as `ENOENT`. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
