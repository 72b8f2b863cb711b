import type { Resolved } from "./shapes.ts";

/** More versions of one package are nobody's. */
const MOST = 100;

/** Collects the versions that a lock names. */
export class Locked {
  readonly #found = new Map<string, string[]>();

  get versions(): Resolved {
    return this.#found;
  }

  add(name: string, version: string): void {
    const known = this.#found.get(name);
    if (known === undefined) this.#found.set(name, [version]);
    else if (known.length < MOST && !known.includes(version)) known.push(version);
  }
}
