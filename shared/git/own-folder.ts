import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../process/is-alive.ts";
import type { Scope } from "../scope.ts";

/**
 * A private folder of this process below the state folder, where policy lets no tool write, whatever the roots are: what
 * git finds in it decides what it runs. Made at first use, removed when the scope closes.
 */
export class OwnFolder {
  readonly #all: string;
  readonly #scope: Scope;
  #path: string | undefined;

  constructor(stateFolder: string, scope: Scope) {
    this.#all = join(stateFolder, "git");
    this.#scope = scope;
  }

  /** The same while it stands; another when somebody removed it. */
  path(): string {
    if (this.#path !== undefined && existsSync(this.#path)) return this.#path;
    mkdirSync(this.#all, { recursive: true, mode: 0o700 });
    if (this.#path === undefined) removeLeft(this.#all);
    const made = mkdtempSync(join(this.#all, `${process.pid}-`));
    this.#path = made;
    this.#scope.defer(() => rmSync(made, { recursive: true, force: true }));
    return made;
  }
}

/** What processes left that were killed. */
function removeLeft(all: string): void {
  for (const name of readdirSync(all))
    if (!isAlive(Number.parseInt(name, 10))) rmSync(join(all, name), { recursive: true, force: true });
}
