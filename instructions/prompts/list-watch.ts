/** What the library can be asked for cheaply; a watch of the operating system's would be led elsewhere by a link. */
const INTERVAL_MS = 1_000;

/** Looks once a second whether something changed, while anybody wants to hear of it. */
export class ListWatch {
  readonly #stateOf: () => Promise<string>;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #state = "";
  #isLooking = false;

  /** `stateOf` gives another text after each change; when it throws, nothing has changed. */
  constructor(stateOf: () => Promise<string>) {
    this.#stateOf = stateOf;
  }

  /** Calls `changed` after each change until the function that comes back is called. Throws what `stateOf` throws. */
  async add(changed: () => void): Promise<() => void> {
    if (this.#listeners.size === 0) this.#state = await this.#stateOf();
    // a function of its own: the same listener twice must count twice
    const listener = (): void => changed();
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => void this.#look(), INTERVAL_MS).unref();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#listeners.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const state = await this.#stateOf();
      if (state === this.#state) return;
      this.#state = state;
      for (const listener of this.#listeners) listener();
    } catch {
      // whatever keeps it from being seen, the next look may see it
    } finally {
      this.#isLooking = false;
    }
  }
}
