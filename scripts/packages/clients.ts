import { fromCrates } from "./from-crates.ts";
import { fromDebian } from "./from-debian.ts";
import { fromDebianSource } from "./from-debian-source.ts";
import { fromGo } from "./from-go.ts";
import { fromMaven } from "./from-maven.ts";
import { fromNpm } from "./from-npm.ts";
import { fromPypi } from "./from-pypi.ts";
import type { Entry } from "./entry.ts";
import type { Package, Registry } from "./package.ts";

/** What a client is given to work with. */
export interface Ground {
  /** An empty folder, removed afterwards. */
  readonly scratch: string;
  /** What a client keeps between runs: plugins, lists of packages. */
  readonly kept: string;
  /** Takes one package's files. Those in an archive or in `scratch` are read before this returns. */
  readonly unpack: (wanted: Package, entries: Iterable<Entry>) => void;
}

/** One run of a client: throws when a package of the batch cannot be had, and the batch is then tried in halves. */
export interface Client {
  /** How many packages one run takes. */
  readonly batch: number;
  readonly fetch: (packages: readonly Package[], ground: Ground) => Promise<void>;
}

export const CLIENTS: Readonly<Record<Registry, Client>> = {
  npm: { batch: 1, fetch: fromNpm },
  pypi: { batch: 1, fetch: fromPypi },
  crates: { batch: 16, fetch: fromCrates },
  go: { batch: 1, fetch: fromGo },
  maven: { batch: 16, fetch: fromMaven },
  debian: { batch: 1, fetch: fromDebian },
  "debian-source": { batch: 1, fetch: fromDebianSource },
};
