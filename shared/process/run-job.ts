import type { ErrorCode } from "../errors.ts";
import type { RunResult } from "./run-here.ts";

/** A program to run, as it travels to the process that starts it. */
export interface RunJob {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** All of it: nothing of the starter's own is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly graceMs?: number;
  readonly maxBytes?: number;
}

/** What is told to it. */
export type ToStarter =
  | { readonly id: number; readonly job: RunJob }
  /** Kill it, and answer when its whole group is dead. */
  | { readonly id: number; readonly stop: true };

/** What it answers; without an `id`: it is ready. */
export type FromStarter =
  | { readonly id?: undefined }
  | { readonly id: number; readonly result: RunResult }
  | { readonly id: number; readonly failure: RunFailure };

/** An error that went through a channel. */
export interface RunFailure {
  /** Undefined for a fault of ours. */
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  /** Of the operating system's error behind it, as in `ENOENT`. */
  readonly errno: string | undefined;
}
