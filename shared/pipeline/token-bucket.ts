/** Allows so many takes a minute: a full bucket at once, refilled evenly. Times are milliseconds of one clock. */
export class TokenBucket {
  readonly #capacity: number;
  #tokens: number;
  #at: number;

  constructor(perMinute: number, now: number) {
    this.#capacity = perMinute;
    this.#tokens = perMinute;
    this.#at = now;
  }

  /** Takes one and returns 0, or takes nothing and returns the milliseconds until there is one. */
  take(now: number): number {
    this.#refill(now);
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil(((1 - this.#tokens) * 60_000) / this.#capacity));
  }

  /** True when nothing was taken for so long that a new bucket would be the same. */
  isFull(now: number): boolean {
    this.#refill(now);
    return this.#tokens >= this.#capacity;
  }

  #refill(now: number): void {
    const gained = ((now - this.#at) * this.#capacity) / 60_000;
    this.#tokens = Math.min(this.#capacity, this.#tokens + Math.max(0, gained));
    this.#at = Math.max(this.#at, now);
  }
}
