import type { EventName } from "./config/events.ts";

/** Where a handler was written, and so whose it is: only what lies in the home folders is the person's own. */
export interface Source {
  readonly scope: "home" | "project" | "local";
  /** `claude` for what was imported from Claude's own settings. */
  readonly dialect: "plumbline" | "claude";
  /** Absolute. */
  readonly file: string;
  /** The root that the file lies in; nothing for the home folders. */
  readonly root?: string;
}

export const HANDLER_TYPES = ["command", "http", "mcp_tool", "prompt", "agent"] as const;
export type HandlerType = (typeof HANDLER_TYPES)[number];

/** One handler as its file gives it, checked. */
export interface Handler {
  readonly event: EventName;
  /** As written; nothing selects everything. */
  readonly matcher?: string;
  readonly type: HandlerType;
  /** Of `command`: a line for the shell, or with `args` a program. */
  readonly command?: string;
  /** Present, even empty: no shell, each an argument of its own. */
  readonly args?: readonly string[];
  readonly shell?: "bash" | "powershell";
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Names of variables that `headers` may hold. */
  readonly allowedEnvVars?: readonly string[];
  /** One permission rule, such as `Edit(*.ts)`. */
  readonly if?: string;
  /** Milliseconds, at most 600,000; the event's default when the file gives none. */
  readonly timeoutMs: number;
  /** Started and not waited for; what it says decides nothing. */
  readonly async: boolean;
  /** What a handler that could not do its work means; nothing when the file says nothing. */
  readonly onFailure?: "continue" | "block";
  /** Where it stands in its file: `PreToolUse[0].hooks[1]`. */
  readonly at: string;
  /** Line of its file, from 1. */
  readonly line: number;
}

/** A handler with its origin, as the engine keeps it. */
export interface LoadedHandler {
  readonly handler: Handler;
  readonly source: Source;
  /** Why it never runs, in our words: `disableAllHooks`, a type that is not run here, no such event. */
  readonly off?: string;
}

/** Something that a person should know about a file or a handler. */
export interface Problem {
  /** `error`: the file or the handler does not count. `warning`: it likely does not do what was meant. */
  readonly level: "error" | "warning" | "info";
  /** One word with underscores for tests and filters, such as `timeout_looks_like_ms`. */
  readonly code: string;
  /** Our own sentence; foreign text in it is escaped. */
  readonly message: string;
  /** From 1, where there is one. */
  readonly line?: number;
  /** The handler's `at`, when it is about one. */
  readonly at?: string;
}
