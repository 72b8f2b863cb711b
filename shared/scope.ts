type Close = () => unknown;

/**
 * A stack of things to close, for one process, one connection or one test; the newest closes first.
 * Node 20 has no AsyncDisposableStack. A failing close does not keep the others from closing.
 */
export class Scope implements AsyncDisposable {
  readonly #closes: Close[] = [];
  #closed: Promise<void> | undefined;

  /** Call it on the line after the open. Deferring on a closed scope closes at once. */
  defer(close: Close): void {
    if (this.#closed === undefined) this.#closes.push(close);
    else void this.#closed.then(close);
  }

  /** Closes everything once; later calls wait for the first. Throws one error that holds all failures. */
  close(): Promise<void> {
    this.#closed ??= this.#unwind();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #unwind(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closes.pop(); close !== undefined; close = this.#closes.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "could not close everything");
  }
}
