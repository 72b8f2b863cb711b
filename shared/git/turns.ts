/** One after the other for each key, in this process; git's own locks are for other processes. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #begun = new Map<string, number>();

  /** How many have begun for this key. */
  begun(key: string): number {
    return this.#begun.get(key) ?? 0;
  }

  /** True while one runs or waits. */
  isBusy(key: string): boolean {
    return this.#last.has(key);
  }

  /** Runs `step` when all that came before it for this key ended. Throws the signal's reason when that fires while waiting. */
  async take<T>(key: string, signal: AbortSignal, step: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const turn = (async () => {
      await before;
      signal.throwIfAborted();
      this.#begun.set(key, this.begun(key) + 1);
      return await step();
    })();
    const settled = turn.catch(() => undefined);
    this.#last.set(key, settled);
    void settled.then(() => this.#last.get(key) === settled && this.#last.delete(key));
    return await turn;
  }
}
