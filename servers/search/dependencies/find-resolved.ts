import { ToolError } from "../../../shared/errors.ts";
import type { SearchContext } from "../deps.ts";
import { sourceText } from "../source-text.ts";
import { readPackageTables } from "./read-cargo.ts";
import { readPackageLock, readPnpmLock, readYarnLock } from "./read-npm.ts";
import type { Ecosystem, Resolved } from "./shapes.ts";

type Lock = readonly [name: string, read: (text: string) => Resolved];

const LOCKS: Readonly<Record<Ecosystem, readonly Lock[]>> = {
  npm: [
    ["package-lock.json", readPackageLock],
    ["npm-shrinkwrap.json", readPackageLock],
    ["pnpm-lock.yaml", readPnpmLock],
    ["yarn.lock", readYarnLock],
  ],
  cargo: [["Cargo.lock", readPackageTables]],
  pypi: [
    ["uv.lock", readPackageTables],
    ["poetry.lock", readPackageTables],
  ],
  // go.mod names the versions itself; Maven has no lock
  go: [],
  maven: [],
};

/** Looks lock files up, each read once. */
export class Locks {
  readonly #context: SearchContext;
  readonly #read = new Map<string, Promise<Resolved | undefined>>();
  /** Locks that are there and could not be read: their names and why. */
  readonly problems: string[] = [];

  constructor(context: SearchContext) {
    this.#context = context;
  }

  /** The nearest lock of a manifest's folder and those above it, up to the root. */
  async near(manifest: string, ecosystem: Ecosystem): Promise<Resolved | undefined> {
    const { root, parts } = this.#context.workspace.locate(manifest);
    for (let depth = parts.length - 1; depth >= 0; depth--)
      for (const [name, read] of LOCKS[ecosystem]) {
        const path = root.show([...parts.slice(0, depth), name].join("/"));
        const known = this.#read.get(path) ?? this.#open(path, read);
        this.#read.set(path, known);
        const resolved = await known;
        if (resolved !== undefined) return resolved;
      }
    return undefined;
  }

  async #open(path: string, read: Lock[1]): Promise<Resolved | undefined> {
    try {
      return read(await sourceText(this.#context.workspace.locate(path), this.#context));
    } catch (error) {
      if (error instanceof ToolError && error.code === "not_found") return undefined;
      this.#context.signal.throwIfAborted();
      this.problems.push(`${path} could not be read`);
      return undefined;
    }
  }
}
