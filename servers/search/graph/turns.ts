import { setImmediate as nextTurn } from "node:timers/promises";

/** Milliseconds of work after which others get their turn. */
const SHARE_MS = 25;
/** What takes longer than this ends with what it has. */
const MOST_MS = 5_000;

/** Keeps long work from holding up everything else in this process. */
export class Turns {
  readonly #signal: AbortSignal;
  readonly #end = performance.now() + MOST_MS;
  #last = performance.now();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** True when the work has taken so long that it should end. */
  get isOver(): boolean {
    return performance.now() > this.#end;
  }

  /** Lets others work when it is time for it. Throws the signal's reason. */
  async give(): Promise<void> {
    this.#signal.throwIfAborted();
    if (performance.now() - this.#last < SHARE_MS) return;
    await nextTurn();
    this.#last = performance.now();
  }
}
