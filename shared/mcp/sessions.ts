import type { IncomingMessage, ServerResponse } from "node:http";
import { HttpError } from "./http-error.ts";

/** One connection of a handshake-era client, over many requests. */
export interface Session {
  readonly id: string;
  /** The path that it was opened at: it is good for no other. */
  readonly path: string;
  /** Who opened it: it is good for nobody else. */
  readonly identity: string;
  /** The session as policy, limits and audit know it. */
  readonly caller: string;
  serve(req: IncomingMessage, res: ServerResponse, body: unknown): Promise<void>;
  close(): Promise<void>;
}

interface Entry {
  readonly session: Session;
  streams: number;
  usedAt: number;
}

interface SessionsOptions {
  readonly cap: number;
  readonly idleMs: number;
  /** Told each caller id that is over: a session's, or a stateless caller's after the idle time. */
  readonly onEnd: (caller: string) => void;
}

/** The open sessions: at most so many, closed when idle, each for its own caller and path only. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #visitors = new Map<string, number>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(options.idleMs / 2, 60_000));
    this.#sweeper.unref();
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Throws 503 when full and every session has an open stream; else the longest idle one gives way. */
  add(session: Session): void {
    if (this.#entries.size >= this.#options.cap) this.#evict();
    this.#entries.set(session.id, { session, streams: 0, usedAt: Date.now() });
  }

  /** The session, or 404 when it is over, another caller's, or of another path: all the same to who asks. */
  get(id: string, { path, identity }: Pick<Session, "path" | "identity">): Session {
    const session = this.#entries.get(id)?.session;
    if (session !== undefined && session.path === path && session.identity === identity) return session;
    throw new HttpError(404, "there is no such session: initialize a new one", { code: -32_001 });
  }

  /** Counts a response of the session as an open stream until it closes. */
  use(session: Session, res: ServerResponse): void {
    const entry = this.#entries.get(session.id);
    if (entry === undefined) return;
    entry.streams += 1;
    entry.usedAt = Date.now();
    res.once("close", () => {
      entry.streams -= 1;
      entry.usedAt = Date.now();
    });
  }

  /** Notes a caller without a session, who is over after the idle time. */
  visit(caller: string): void {
    this.#visitors.set(caller, Date.now());
  }

  /** Forgets a session that has closed; the second time it does nothing. */
  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined && this.#entries.delete(id)) this.#options.onEnd(entry.session.caller);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await Promise.allSettled([...this.#entries.values()].map(({ session }) => session.close()));
    for (const caller of this.#visitors.keys()) this.#options.onEnd(caller);
    this.#visitors.clear();
  }

  #evict(): void {
    let idlest: Entry | undefined;
    for (const entry of this.#entries.values()) {
      if (entry.streams === 0 && entry.usedAt < (idlest?.usedAt ?? Number.POSITIVE_INFINITY)) idlest = entry;
    }
    if (idlest === undefined) {
      throw new HttpError(503, "too many sessions are open: try again later", {
        headers: { "retry-after": "30" },
      });
    }
    this.#end(idlest.session);
  }

  #sweep(): void {
    const before = Date.now() - this.#options.idleMs;
    for (const { session, streams, usedAt } of this.#entries.values()) {
      if (streams === 0 && usedAt < before) this.#end(session);
    }
    for (const [caller, seenAt] of this.#visitors) {
      if (seenAt >= before) continue;
      this.#visitors.delete(caller);
      this.#options.onEnd(caller);
    }
  }

  #end(session: Session): void {
    this.remove(session.id);
    void session.close().catch(() => {});
  }
}
