const MINUTE_MS = 60_000;

/**
 * Allows so many takes a minute: a full bucket at once, refilled evenly. Times are milliseconds of one clock.
 * Counts in 60,000ths of a take, so that whole milliseconds add up without rounding.
 */
export class TokenBucket {
  readonly #perMinute: number;
  #credit: number;
  #at: number;

  constructor(perMinute: number, now: number) {
    this.#perMinute = perMinute;
    this.#credit = perMinute * MINUTE_MS;
    this.#at = now;
  }

  /** Takes one and returns 0, or takes nothing and returns the milliseconds until there is one. */
  take(now: number): number {
    this.#refill(now);
    if (this.#credit >= MINUTE_MS) {
      this.#credit -= MINUTE_MS;
      return 0;
    }
    return Math.max(1, Math.ceil((MINUTE_MS - this.#credit) / this.#perMinute));
  }

  /** True when nothing was taken for so long that a new bucket would be the same. */
  isFull(now: number): boolean {
    this.#refill(now);
    return this.#credit >= this.#perMinute * MINUTE_MS;
  }

  #refill(now: number): void {
    const gained = Math.max(0, now - this.#at) * this.#perMinute;
    this.#credit = Math.min(this.#perMinute * MINUTE_MS, this.#credit + gained);
    this.#at = Math.max(this.#at, now);
  }
}
