import { TokenBucket } from "./token-bucket.ts";
import { Turnstile } from "./turnstile.ts";

/** What is counted for one caller. */
export interface CallerState {
  readonly bucket: TokenBucket;
  readonly turnstile: Turnstile;
}

const MOST_CALLERS = 10_000;
/** Old callers looked at in each call, so that forgetting costs the same always. */
const LOOK = 4;

/** The callers of a process. One that was idle for a minute is forgotten; beyond 10,000 the longest idle go first. */
export class Callers {
  readonly #limits: { callsPerMinute: number; concurrent: number; queue: number };
  readonly #states = new Map<string, CallerState>();
  /** The one that called last: mostly it is the only one. */
  #last: { readonly id: string; readonly state: CallerState } | undefined;

  constructor(limits: {
    readonly callsPerMinute: number;
    readonly concurrent: number;
    readonly queue: number;
  }) {
    this.#limits = limits;
  }

  get limits(): Readonly<{ callsPerMinute: number; concurrent: number; queue: number }> {
    return this.#limits;
  }

  get size(): number {
    return this.#states.size;
  }

  /** The counters of one caller; count on them before the next await, until then nothing holds them. */
  of(id: string): CallerState {
    if (this.#last?.id === id) return this.#last.state;
    const now = performance.now();
    const { callsPerMinute, concurrent, queue } = this.#limits;
    const state = this.#states.get(id) ?? {
      bucket: new TokenBucket(callsPerMinute, now),
      turnstile: new Turnstile(concurrent, queue),
    };
    this.#states.delete(id);
    this.#forget(now);
    this.#states.set(id, state);
    this.#last = { id, state };
    return state;
  }

  #forget(now: number): void {
    let looked = 0;
    for (const [id, { bucket, turnstile }] of this.#states) {
      const tooMany = this.#states.size >= MOST_CALLERS;
      looked += 1;
      if (looked > LOOK && !tooMany) return;
      if (turnstile.isEmpty && (tooMany || bucket.isFull(now))) this.#states.delete(id);
    }
  }
}
