import type { Access } from "./access.ts";
import type { Caller } from "./caller.ts";

/** One line on stderr for the operator; never part of an answer. */
export type Log = (level: "debug" | "info" | "warn" | "error", message: string) => void;

/** Progress of a long call. `done` must rise; `total` is left out when it is not known. */
export interface Progress {
  readonly done: number;
  readonly total?: number;
  readonly message?: string;
}

/** What a tool may use during one call. Its server's own things (`Deps`) are joined to it. */
export interface CallContext {
  /** Aborts on cancellation, on disconnection and at the deadline; pass it to every wait. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly report: (progress: Progress) => void;
  readonly client: Caller;
  /** Which call this is: for the log of changes. `tool` is `<server>.<tool>`. */
  readonly by: { readonly tool: string; readonly call: string };
  /** What this call may open, as policy decided; every door to the disk asks it. */
  readonly access: Access;
}
