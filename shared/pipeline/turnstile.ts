/** Lets so many through at a time, the others in their order of arrival, and only so many wait. */
export class Turnstile {
  readonly #places: number;
  readonly #queue: number;
  readonly #waiting = new Set<() => void>();
  #inside = 0;

  constructor(places: number, queue: number) {
    this.#places = places;
    this.#queue = queue;
  }

  get isEmpty(): boolean {
    return this.#inside === 0 && this.#waiting.size === 0;
  }

  /** Goes in when there is a place, without a wait; gives the function that gives the place back. */
  pass(): (() => void) | undefined {
    // Places are handed over without becoming free, so that nobody waits while there is one.
    if (this.#inside >= this.#places) return undefined;
    this.#inside += 1;
    return this.#leaver();
  }

  /** Resolves with the function that gives the place back, or at once with nothing when too many wait. Throws the signal's reason. */
  async enter(signal: AbortSignal): Promise<(() => void) | undefined> {
    signal.throwIfAborted();
    const leave = this.pass();
    if (leave !== undefined || this.#waiting.size >= this.#queue) return leave;
    await this.#turn(signal);
    return this.#leaver();
  }

  #leaver(): () => void {
    let left = false;
    return () => {
      if (!left) this.#leave();
      left = true;
    };
  }

  /** Resolves when a place was handed over; a call that is aborted leaves the queue. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      const stop = (): void => {
        this.#waiting.delete(go);
        reject(signal.reason);
      };
      signal.addEventListener("abort", stop, { once: true });
      this.#waiting.add(go);
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#inside -= 1;
      return;
    }
    // The place goes over without becoming free, so that nobody slips in between.
    this.#waiting.delete(next);
    next();
  }
}
