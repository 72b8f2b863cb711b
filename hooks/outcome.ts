/** How a handler's run ended, before anybody looks at what it means. */
export interface HandlerRun {
  readonly end: "exit" | "signal" | "timeout" | "aborted" | "unstartable" | "http";
  /** Of `exit`, or the status of `http`. */
  readonly code?: number;
  readonly stdout: string;
  /** True when there was more than is kept. */
  readonly cut: boolean;
  /** Foreign text; of `unstartable` our own words. */
  readonly stderr: string;
  readonly ms: number;
}

export type HookDecision = "allow" | "ask" | "deny" | "defer";

/** What one handler said, by the contract of its event. */
export interface Outcome {
  /** `failed`: it could not do its work, and what that means is its `onFailure`'s to say. */
  readonly status: "ok" | "blocked" | "failed";
  readonly decision?: HookDecision;
  /** Foreign text: why it decided so. */
  readonly reason?: string;
  /** It said `continue: false`; the text is its `stopReason`, maybe empty. */
  readonly stop?: string;
  /** Texts for the model. */
  readonly context: readonly string[];
  /** A text for the person. */
  readonly systemMessage?: string;
  /** The whole input that it wants instead, in the terms of the input that it was given. */
  readonly updatedInput?: Readonly<Record<string, unknown>>;
  /** What it wants the model to see instead of the answer. */
  readonly updatedOutput?: unknown;
  /** The object that it printed, for a host that asked; nothing when it printed text. */
  readonly printed?: Readonly<Record<string, unknown>>;
  /** What went wrong or was not understood, in our words with escaped foreign text. */
  readonly problems: readonly string[];
}
