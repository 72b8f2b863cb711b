/** Which registry a package comes from, as its lock and import names are looked up. */
export type Ecosystem = "npm" | "cargo" | "pypi" | "go" | "maven";

/** One package that a manifest asks for. */
export interface Declared {
  /** As the manifest spells it; of Maven `group:artifact`. */
  readonly name: string;
  /** What versions are allowed, as written; "" when any is. */
  readonly range: string;
  /** Such as `dev`, `peer`, `build`, an extra's name; "" for what is needed to run. */
  readonly group: string;
  /** 1-based; 1 where it is not found again. */
  readonly line: number;
  /** The name under which code imports it, where that is another one. */
  readonly alias?: string;
}

/** A manifest that was read. */
export interface Manifest {
  readonly ecosystem: Ecosystem;
  readonly declared: readonly Declared[];
}

/** Versions by package name, as a lock file fixes them. Several when the lock holds several. */
export type Resolved = ReadonlyMap<string, readonly string[]>;
