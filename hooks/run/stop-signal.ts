import { setMaxListeners } from "node:events";

/**
 * A signal that fires with the first of others, or after `ms`; dispose it when the work has ended. Made by hand,
 * because `AbortSignal.any` and `AbortSignal.timeout` stay on a long-lived source and in the timer queue long after.
 */
export class StopSignal implements Disposable {
  readonly #own = new AbortController();
  readonly #sources: readonly AbortSignal[];
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #follow = (): void => this.#own.abort(this.#sources.find(({ aborted }) => aborted)?.reason);

  constructor(sources: readonly AbortSignal[], ms?: number) {
    this.#sources = sources;
    // Many handlers on one call's signal are no leak.
    setMaxListeners(0, ...sources);
    for (const source of sources) source.addEventListener("abort", this.#follow);
    if (sources.some(({ aborted }) => aborted)) this.#follow();
    else if (ms !== undefined)
      this.#timer = setTimeout(() => this.#own.abort(new Error(`${ms} ms are over`)), ms);
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const source of this.#sources) source.removeEventListener("abort", this.#follow);
  }
}
