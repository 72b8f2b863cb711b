import type { Import } from "../../parse/shapes.ts";
import {
  ending,
  exactly,
  folderOf,
  joined,
  stemOf,
  type Binding,
  type Named,
  type Target,
} from "./target.ts";

/** Folders in which a repository keeps several packages. */
const PACKAGES: ReadonlySet<string> = new Set(["packages", "libs", "apps", "modules", "crates", "projects"]);
const ALIAS = /^(?:@|~|#|\$lib)?\//u;

/** What an import of TypeScript or JavaScript gives to its file. */
export function scriptBindings({ source, names }: Import, from: string): Binding[] {
  const target = targetOf(source, from);
  if (names.length === 0) return [{ local: lastOf(source), target }];
  return names.map(({ name, alias }) => {
    if (name === "*") return { local: alias ?? "*", target };
    return { local: alias ?? name, item: name, target };
  });
}

function targetOf(source: string, from: string): Target {
  if (/^\.{1,2}(?:\/|$)/u.test(source)) {
    const path = joined(folderOf(from), source);
    return exactly(path === undefined ? [] : withIndex(withoutExtension(path)));
  }
  if (ALIAS.test(source)) return ending(withIndex(withoutExtension(source.replace(ALIAS, ""))), from);
  return packaged(source, from);
}

/** A package, or an alias that a configuration defines: a package of this repository, or a path that ends as it does. */
function packaged(source: string, from: string): Target {
  const parts = source.split("/").filter((part) => part !== "");
  const [first = "", ...rest] = source.startsWith("@") ? parts.slice(1) : parts;
  const alias = first === "" ? parts.slice(0, 1).map((part) => part.slice(1)) : [first];
  const deep = rest.length === 0 ? undefined : ending(withIndex(withoutExtension(parts.join("/"))), from);
  const inPackage = ({ path }: Named): boolean => {
    const folders = folderOf(path).split("/");
    const at = folders.indexOf(alias[0] ?? "");
    if (at === -1) return false;
    if (at > 0 && !PACKAGES.has(folders[at - 1] ?? "")) return false;
    return source.startsWith("@") || at > 0;
  };
  return {
    stems: deep?.stems ?? [],
    fits(place) {
      if (deep?.fits(place) === "sure" || inPackage(place)) return "sure";
      return isAlias(source) && endsAlike(place.path, rest) ? "perhaps" : "no";
    },
  };
}

/** Scoped names and names with a folder in them are what aliases look like. */
function isAlias(source: string): boolean {
  return source.startsWith("@") || source.startsWith("#") || source.startsWith("~");
}

function endsAlike(path: string, rest: readonly string[]): boolean {
  const last = rest.at(-1);
  return last !== undefined && stemOf(path).split("/").includes(last);
}

function withoutExtension(path: string): string {
  return path.replace(/\.(?:[cm]?[jt]sx?|vue|svelte)$/u, "");
}

function withIndex(stem: string): string[] {
  return [stem, stem === "" ? "index" : `${stem}/index`];
}

function lastOf(source: string): string {
  return stemOf(source.split("/").at(-1) ?? source);
}
