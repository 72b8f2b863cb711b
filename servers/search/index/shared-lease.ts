import { setTimeout as sleep } from "node:timers/promises";
import { ToolError } from "../../../shared/errors.ts";
import { tryLease, type Lease } from "../store/lease.ts";

const LOOK_MS = 20;

/** The right to write one root's index, for all work of this process that wants it at the same time. */
export class SharedLease {
  readonly #folder: string;
  #users = 0;
  #had: Promise<Lease | undefined> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** False when another process has it, also after `patienceMs`. Each true needs a `release`. Throws `unavailable` as `tryLease`. */
  async take(patienceMs = 0): Promise<boolean> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      this.#users += 1;
      this.#had ??= tryLease(this.#folder);
      if ((await this.#result(this.#had)) !== undefined) return true;
      this.release();
      if (Date.now() >= deadline) return false;
      await sleep(LOOK_MS);
    }
  }

  /** Undefined as well when a lock could not be had. */
  async #result(had: Promise<Lease | undefined>): Promise<Lease | undefined> {
    try {
      return await had;
    } catch (error) {
      if (!(error instanceof ToolError)) return undefined;
      this.release();
      throw error;
    }
  }

  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    const had = this.#had;
    this.#had = undefined;
    void had?.then(
      (lease) => lease?.release(),
      () => undefined,
    );
  }
}
