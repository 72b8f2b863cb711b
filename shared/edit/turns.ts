import { setImmediate } from "node:timers/promises";

/** How long other work waits, about. */
const TURN_MS = 15;

/** Lets others have their turn in long work; it is cheap to ask often. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #until = performance.now() + TURN_MS;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** Gives the loop its turn when it is time. Throws the reason of a call that was given up. */
  async take(): Promise<void> {
    this.#signal?.throwIfAborted();
    if (performance.now() < this.#until) return;
    await setImmediate();
    this.#until = performance.now() + TURN_MS;
  }
}
