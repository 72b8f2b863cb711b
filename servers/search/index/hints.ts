import { setImmediate } from "node:timers/promises";

/** More than that are no saves of a person or an agent: the next look finds them all. */
const MOST_KEPT = 500;

/** Paths below a root of which the system told that something may have changed there. */
export class Hints {
  readonly #paths = new Set<string>();
  /** What turned out to be no file of the index, such as what a build writes: nobody looks because of it again. */
  readonly #strangers = new Set<string>();
  /** Changed files that nobody could wait for. */
  unmet = 0;

  note(path: string): void {
    if (this.#paths.size < MOST_KEPT && !this.#strangers.has(path)) this.#paths.add(path);
  }

  /** All that was told of what happened before this call. */
  async take(): Promise<string[]> {
    // what the system has to tell comes in the same turn as the call that asks
    await setImmediate();
    const paths = [...this.#paths];
    this.#paths.clear();
    return paths;
  }

  ignore(paths: readonly string[]): void {
    if (this.#strangers.size > MOST_KEPT) this.#strangers.clear();
    for (const path of paths) this.#strangers.add(path);
  }
}
