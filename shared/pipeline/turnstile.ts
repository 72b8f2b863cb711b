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

  /** Resolves with the function that gives the place back, or at once with nothing when too many wait. Throws the signal's reason. */
  async enter(signal: AbortSignal): Promise<(() => void) | undefined> {
    signal.throwIfAborted();
    if (this.#inside < this.#places) this.#inside += 1;
    else if (this.#waiting.size >= this.#queue) return undefined;
    else await this.#turn(signal);
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
