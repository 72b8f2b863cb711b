import type { IndexReader } from "../store/shapes.ts";
import type { Dependency } from "./list-dependencies.ts";

/** Import statements that are looked at for one package. */
const MAX_IMPORTS = 2_000;

/** Paths below the root of the files that import a package, sorted. What is loaded by a computed name is not found. */
export function findUses(reader: IndexReader, dependency: Dependency): string[] {
  const { part, isOf } = IMPORTS[dependency.ecosystem](dependency);
  const found = reader.importsOf(part, MAX_IMPORTS).filter(({ source }) => isOf(source));
  return [...new Set(found.map(({ path }) => path))].toSorted();
}

interface Imports {
  /** Is in the text of every import of the package. */
  readonly part: string;
  readonly isOf: (source: string) => boolean;
}

const IMPORTS: Readonly<Record<Dependency["ecosystem"], (dependency: Dependency) => Imports>> = {
  npm: ({ name }) => ({ part: name, isOf: (source) => begins(source, name, "/") }),
  go: ({ name }) => ({ part: name, isOf: (source) => begins(source, name, "/") }),
  cargo({ name, alias }) {
    const crate = (alias ?? name).replaceAll("-", "_");
    return { part: crate, isOf: (source) => begins(source.replace(/^::/u, ""), crate, "::") };
  },
  pypi({ name }) {
    const module = name.toLowerCase().replaceAll(/[-.]/gu, "_");
    return { part: module, isOf: (source) => begins(source.toLowerCase(), module, ".") };
  },
  // packages of Java are mostly named as the group, or one name above it
  maven({ name }) {
    const group = name.split(":")[0] ?? name;
    return { part: group, isOf: (source) => begins(source.replace(/^static /u, ""), group, ".") };
  },
};

function begins(source: string, name: string, separator: string): boolean {
  return source === name || source.startsWith(name + separator);
}
