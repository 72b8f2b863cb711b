/** The categories that a client can subscribe to, one resource each. */
export const STATUS_CATEGORIES = ["tool", "progress", "plan", "index", "error"] as const;
export type StatusCategory = (typeof STATUS_CATEGORIES)[number];

/** One thing that happened. `call` is the call's id, where there is one. */
export interface StatusEvent {
  readonly category: StatusCategory;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly message: string;
  readonly call?: string;
  readonly tool?: string;
  readonly done?: number;
  readonly total?: number;
}

/** Where servers tell what goes on, and transports listen. */
export interface StatusFeed {
  publish(event: Omit<StatusEvent, "at">): void;
  /** Calls `changed` at most ten times a second, until the returned function is called. */
  watch(category: StatusCategory, changed: () => void): () => void;
  /** The newest events, oldest first, and how many were dropped before them. */
  read(category: StatusCategory): { readonly events: readonly StatusEvent[]; readonly dropped: number };
}
