const PERIOD_MS = 100;

/** Runs an action at most ten times a second: at once when it was quiet, and once more after the last request. */
export class Pace {
  readonly #action: () => void;
  #timer: NodeJS.Timeout | undefined;
  #waiting = false;

  constructor(action: () => void) {
    this.#action = action;
  }

  request(): void {
    if (this.#timer === undefined) this.#run();
    else this.#waiting = true;
  }

  /** Runs what still waits, and ends the pause. */
  finish(): void {
    const waiting = this.#waiting;
    this.stop();
    if (waiting) this.#action();
  }

  /** Forgets what waits; no timer is left. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = false;
  }

  #run(): void {
    this.#waiting = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#waiting) this.#run();
    }, PERIOD_MS).unref();
    this.#action();
  }
}
