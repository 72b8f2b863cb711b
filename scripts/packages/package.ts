import { join } from "node:path";
import type { Keep } from "./write-entries.ts";

export const REGISTRIES = ["npm", "pypi", "crates", "go", "maven", "debian", "debian-source"] as const;
export type Registry = (typeof REGISTRIES)[number];

/** One version of one package. Maven names are `group:artifact`, `debian` is a binary package and `debian-source` the sources of one. */
export interface Package {
  readonly registry: Registry;
  readonly name: string;
  readonly version: string;
  /** Makes the choice of its files; all are taken without it. What was fetched once is not chosen from again. */
  readonly keep?: () => Keep;
}

const NAME = /^[@\w][\w@./:+~-]*$/u;
const VERSION = /^\w[\w.:+~-]*$/u;

/** Where the sources of `wanted` lie below `folder`: `<registry>/<name>-<version>`, with `+` for what a folder's name cannot hold. */
export function packageFolder(wanted: Package, folder: string): string {
  return join(folder, wanted.registry, `${wanted.name}-${wanted.version}`.replaceAll(/[/:~]/gu, "+"));
}

/** Refuses what a client would take for an option, an address or a path instead of a name. */
export function checkPackage({ name, version }: Package): void {
  if (!NAME.test(name) || name.includes("..")) throw new Error(`not a package's name: ${name}`);
  if (!VERSION.test(version)) throw new Error(`not a version: ${version}`);
}
