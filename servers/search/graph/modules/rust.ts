import type { Import } from "../../parse/shapes.ts";
import { ending, endsWith, exactly, folderOf, stemOf, type Binding, type Target } from "./target.ts";

const OUTSIDE: ReadonlySet<string> = new Set(["std", "core", "alloc", "proc_macro"]);

/** What a `use` gives to its file. */
export function rustBindings({ source, names }: Import, from: string): Binding[] {
  const path = source
    .replaceAll(" ", "")
    .split("::")
    .filter((part) => part !== "");
  if (names.length === 0) return itemOf(path, path.at(-1) ?? "", from);
  return names.flatMap(({ name, alias }) => {
    if (name === "*") return [{ local: alias ?? "*", target: rustModule(path, from) }];
    if (name === "self") return itemOf(path, alias ?? path.at(-1) ?? "", from);
    const whole = path.at(-1) === name && names.length === 1 && alias === undefined ? path : [...path, name];
    return [
      ...itemOf(whole, alias ?? name, from),
      ...(whole === path ? itemOf([...path, name], name, from) : []),
    ];
  });
}

/** The last name is an item of the module before it, or a module itself. */
function itemOf(path: readonly string[], local: string, from: string): Binding[] {
  const item = path.at(-1);
  if (item === undefined || local === "_") return [];
  return [
    { local, item, target: rustModule(path.slice(0, -1), from) },
    { local, target: rustModule(path, from) },
  ];
}

/** The module that a path of names leads to, from a file. */
function rustModule(path: readonly string[], from: string): Target {
  const [first = "", ...rest] = path;
  if (OUTSIDE.has(first)) return exactly([]);
  if (first === "crate") return fileOrFolder(crateFolder(from), rest);
  if (first === "self") return fileOrFolder(moduleFolder(from), rest);
  if (first === "super") return aboveOf(rest, from);
  return otherCrate(path, from);
}

function aboveOf(path: readonly string[], from: string): Target {
  let folder = folderOf(moduleFolder(from));
  let rest = path;
  while (rest[0] === "super") {
    folder = folderOf(folder);
    rest = rest.slice(1);
  }
  return fileOrFolder(folder, rest);
}

/** A module beside or below this one, or another crate of the workspace. */
function otherCrate(path: readonly string[], from: string): Target {
  const [first = "", ...rest] = path;
  const below = fileOrFolder(moduleFolder(from), path);
  const crate = [first, first.replaceAll("_", "-")];
  const ends = crate.flatMap((name) => {
    const source = `${name}/src`;
    return rest.length === 0
      ? [`${source}/lib`]
      : [`${source}/${rest.join("/")}`, `${source}/${rest.join("/")}/mod`];
  });
  const inCrate = ending(ends, from);
  return {
    stems: [...below.stems, ...inCrate.stems],
    fits(place) {
      if (below.fits(place) === "sure" || inCrate.fits(place) === "sure") return "sure";
      const parts = place.path.split("/");
      return crate.some((name) => parts.includes(name)) ? "perhaps" : "no";
    },
  };
}

/** A module's file: `a/b.rs`, `a/b/mod.rs`, the crate's own when no name is left. Items may stand in inline modules. */
function fileOrFolder(folder: string, path: readonly string[]): Target {
  const whole = [folder, ...path].filter((part) => part !== "").join("/");
  const roots = ["lib", "main", "mod"].map((name) => (whole === "" ? name : `${whole}/${name}`));
  const stems = path.length === 0 ? [...roots, ...(whole === "" ? [] : [whole])] : [whole, `${whole}/mod`];
  const inline = path.length === 0 ? undefined : fileOrFolder(folder, path.slice(0, -1));
  return {
    stems,
    fits(place) {
      if (stems.includes(stemOf(place.path))) return "sure";
      const isInline =
        inline?.fits(place) === "sure" && endsWith(place.scope.replaceAll(".", "/"), path.at(-1) ?? "");
      return isInline ? "sure" : "no";
    },
  };
}

/** Where the modules below this file's module lie. */
function moduleFolder(from: string): string {
  const stem = stemOf(from);
  return /(?:^|\/)(?:mod|lib|main)$/u.test(stem) ? folderOf(from) : stem;
}

function crateFolder(from: string): string {
  const folders = folderOf(from).split("/");
  const at = folders.lastIndexOf("src");
  return at === -1 ? folderOf(from) : folders.slice(0, at + 1).join("/");
}
