const MOST_SESSIONS = 10_000;

/** What is remembered of one caller until its connection ends. */
export interface Session {
  readonly caller: string;
  /** Resolves when its SessionStart hooks are done; nothing before they were started. */
  started?: Promise<void>;
  /** Its SessionStart hooks are done: no call has to wait for them. */
  isReady: boolean;
  /** What they said for the model, until an answer takes it along. */
  notes: readonly string[];
  /** Hashes of hooks that the person did not approve when asked: asked once a session. */
  readonly declined: Set<string>;
}

/** The callers of a process as hooks know them. Beyond 10,000 the oldest is forgotten, as one that was idle. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();

  of(caller: string): Session {
    const known = this.#sessions.get(caller);
    if (known !== undefined) return known;
    const session: Session = { caller, isReady: false, notes: [], declined: new Set() };
    this.#sessions.set(caller, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    return session;
  }

  /** What its SessionStart hooks said, given out once. */
  takeNotes(caller: string): readonly string[] {
    const session = this.#sessions.get(caller);
    if (session === undefined || session.notes.length === 0) return [];
    const { notes } = session;
    session.notes = [];
    return notes;
  }

  /** Forgets it; true when its SessionStart hooks were run, so that its end is to be told too. */
  end(caller: string): boolean {
    const started = this.#sessions.get(caller)?.started !== undefined;
    this.#sessions.delete(caller);
    return started;
  }

  get callers(): readonly string[] {
    return [...this.#sessions.keys()];
  }
}
