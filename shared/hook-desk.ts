/** What a server may ask of the hooks of its process. */
export interface HookDesk {
  /**
   * Runs what is configured for an event that a host noticed; the answer is an output of Claude's shape, `{}` when no
   * hook said anything. Throws `ToolError("invalid_input")` for an event that does not exist.
   */
  forward(
    event: string,
    payload: Readonly<Record<string, unknown>>,
    about: { readonly caller: string; readonly name: string; readonly signal: AbortSignal },
  ): Promise<Readonly<Record<string, unknown>>>;
  report(): Promise<HookReport>;
}

/** Every file and every handler, and why each runs or does not. */
export interface HookReport {
  readonly files: readonly HookFileReport[];
  readonly handlers: readonly HandlerReport[];
  /** What concerns no single handler, in our words. */
  readonly notes: readonly string[];
}

export interface HookFileReport {
  readonly file: string;
  readonly scope: "home" | "project" | "local";
  readonly dialect: string;
  readonly state: "read" | "missing" | "broken" | "skipped";
  /** `line 3: …`, in our words; foreign text in it is escaped. */
  readonly problems: readonly string[];
}

export interface HandlerReport {
  /** The first eight digits of its approval hash; the same for the same definition. */
  readonly id: string;
  /** What `--trust-hooks` takes: SHA-256 of the definition and of the scripts that it names. */
  readonly hash: string;
  readonly event: string;
  /** What selects it: `everything`, names, or an expression; and its `if`. Escaped. */
  readonly matcher: string;
  readonly type: string;
  /** The command line or the address, escaped. */
  readonly runs: string;
  /** `file:line`. */
  readonly where: string;
  readonly trust: "own" | "approved" | "pending" | "changed";
  /** What a person has to do about it: approve it, mend it, or nothing. */
  readonly status: "waits" | "broken" | "runs" | "off";
  /** The same in words: whether it runs when it is selected, and why not. */
  readonly state: string;
  readonly problems: readonly string[];
  /** Runs that are on record, the newest first; the same again and again, as one for each file of a folder, is one. */
  readonly last: readonly (HookRunRecord & { readonly times: number })[];
}

/** One run on record; holds no contents of any tool. */
export interface HookRunRecord {
  /** ISO 8601 in UTC. */
  readonly time: string;
  readonly event: string;
  /** `<server>.<tool>`, or the value that the matcher was tested against. */
  readonly subject: string;
  /** The handler's definition, as in `HandlerReport.id`. */
  readonly handler: string;
  /** The name that its matcher selected. */
  readonly matched: string;
  /** `allow`, `deny`, `failed: exit code 127` and the like. */
  readonly result: string;
  readonly ms: number;
}
