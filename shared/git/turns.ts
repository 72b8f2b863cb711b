/** One after the other for each key, in this process; git's own locks are for other processes. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `step` when all that came before it for this key ended. Throws the signal's reason when that fires while waiting. */
  async take<T>(key: string, signal: AbortSignal, step: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const turn = (async () => {
      await before;
      signal.throwIfAborted();
      return await step();
    })();
    const settled = turn.catch(() => undefined);
    this.#last.set(key, settled);
    void settled.then(() => this.#last.get(key) === settled && this.#last.delete(key));
    return await turn;
  }
}
