import { ToolError } from "../errors.ts";

const MAX_WATCHED = 256;

/** Starts to watch one thing; the function that comes back ends it. */
type Watch = (uri: string, changed: () => void) => Promise<() => void>;

interface Watched {
  readonly listeners: Set<() => void>;
  readonly stop: Promise<() => void>;
}

/** One watch for each URI, however many clients listen; it ends with its last listener. */
export class Watches {
  readonly #watch: Watch;
  readonly #watched = new Map<string, Watched>();

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  /** Calls `changed` until the function that comes back is called. Throws `too_large` at 256 watched URIs. */
  async listen(uri: string, changed: () => void): Promise<() => void> {
    // A function of its own: the same listener twice must count twice.
    const listener = (): void => changed();
    const watched = this.#watched.get(uri) ?? this.#start(uri);
    watched.listeners.add(listener);
    const unlisten = (): void => this.#unlisten(uri, watched, listener);
    try {
      await watched.stop;
    } catch (error) {
      unlisten();
      throw error;
    }
    return unlisten;
  }

  #start(uri: string): Watched {
    if (this.#watched.size >= MAX_WATCHED) {
      throw new ToolError("too_large", `${MAX_WATCHED} resources are watched already`, {
        hint: "Unsubscribe from some first.",
      });
    }
    const listeners = new Set<() => void>();
    const stop = this.#watch(uri, () => {
      for (const listener of listeners) listener();
    });
    const watched = { listeners, stop };
    this.#watched.set(uri, watched);
    return watched;
  }

  #unlisten(uri: string, watched: Watched, listener: () => void): void {
    watched.listeners.delete(listener);
    if (watched.listeners.size > 0 || this.#watched.get(uri) !== watched) return;
    this.#watched.delete(uri);
    void watched.stop.then(
      (stop) => stop(),
      () => {},
    );
  }
}
