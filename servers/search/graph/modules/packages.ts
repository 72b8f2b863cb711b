import type { Import } from "../../parse/shapes.ts";
import {
  commonEnd,
  endsWith,
  folderOf,
  stemOf,
  type Binding,
  type Fit,
  type Named,
  type Target,
} from "./target.ts";

/** A package of Go is a folder, whose path ends the import's. */
export function goBindings({ source, names }: Import): Binding[] {
  const parts = source.split("/").filter((part) => !/^v\d+$/u.test(part));
  const target = goPackage(parts);
  const alias = names[0]?.alias ?? names.find(({ name }) => name !== "*")?.name;
  if (alias === "_") return [];
  const local =
    alias === "." || names.some((each) => each.name === "*" && each.alias === undefined) ? "*" : alias;
  return [{ local: local ?? parts.at(-1) ?? "", target }];
}

function goPackage(parts: readonly string[]): Target {
  // without a dot in its first name it belongs to the language, unless this is where that lies
  const isOutside = parts.length > 0 && !(parts[0] ?? "").includes(".") && parts.length < 2;
  return {
    stems: [],
    fits({ path }) {
      const folder = folderOf(path);
      if (folder === "" || isOutside) return "no";
      const own = folder.split("/");
      const common = commonEnd(own, parts);
      if (common === own.length || common >= 2) return "sure";
      return common === 1 ? "perhaps" : "no";
    },
  };
}

/** Java, Kotlin, Scala: a package is a folder, a class mostly a file of its name. */
export function jvmBindings({ source, names }: Import): Binding[] {
  const path = source.replace(/\.[*_]$/u, "").split(".");
  if (names.length === 0) {
    if (/\.[*_]$/u.test(source)) return [{ local: "*", target: jvmTarget(path) }];
    return [jvmItem(path, path.at(-1) ?? "")];
  }
  return names.map(({ name, alias }) => {
    if (name === "*" || name === "_") return { local: alias ?? "*", target: jvmTarget(path) };
    const whole = path.at(-1) === name ? path : [...path, name];
    return jvmItem(whole, alias ?? name);
  });
}

function jvmItem(path: readonly string[], local: string): Binding {
  const item = path.at(-1) ?? "";
  const outer = jvmTarget(path.slice(0, -1));
  const own = path.join("/");
  return {
    local,
    item,
    target: {
      stems: [],
      fits(place) {
        if (endsWith(stemOf(place.path), own)) return "sure";
        return outer.fits(place);
      },
    },
  };
}

/** A package's folder, or a class's file. */
function jvmTarget(path: readonly string[]): Target {
  const end = path.join("/");
  return {
    stems: [],
    fits({ path: file }) {
      const folder = folderOf(file);
      if (endsWith(folder, end) || endsWith(stemOf(file), end)) return "sure";
      // Kotlin leaves out the folders that all packages share
      if (commonEnd(folder.split("/"), path) >= 2) return "sure";
      return commonEnd(folder.split("/"), path) === 1 ? "perhaps" : "no";
    },
  };
}

/** C# imports namespaces, which are the scopes of definitions and mostly folders. */
export function csharpBindings({ source, names }: Import): Binding[] {
  const alias = names[0]?.alias;
  const path = source.replaceAll("::", ".").split(".");
  const target = namespaceTarget(path);
  if (alias === undefined) return [{ local: "*", target }];
  return [{ local: alias, item: path.at(-1) ?? "", target: namespaceTarget(path.slice(0, -1)) }];
}

/** PHP imports one name of a namespace; its folders end as the namespace does. */
export function phpBindings({ source, names }: Import): Binding[] {
  const path = source.split("\\").filter((part) => part !== "");
  const items = names.length === 0 ? [{ name: path.at(-1) ?? "" }] : names;
  return items.map(({ name, alias }: { readonly name: string; readonly alias?: string }) => {
    const item = name.split("\\").at(-1) ?? name;
    const whole = path.at(-1) === item ? path : [...path, ...name.split("\\")];
    return { local: alias ?? item, item, target: phpTarget(whole) };
  });
}

function phpTarget(path: readonly string[]): Target {
  const namespace = namespaceTarget(path.slice(0, -1));
  return {
    stems: [],
    fits(place) {
      const common = commonEnd(stemOf(place.path).split("/"), path);
      if (common >= Math.min(2, path.length)) return "sure";
      return common === 1 ? "perhaps" : namespace.fits(place);
    },
  };
}

function namespaceTarget(path: readonly string[]): Target {
  const namespace = path.join(".");
  return {
    stems: [],
    fits: (place) => fitsNamespace(place, { path, namespace }),
  };
}

function fitsNamespace(
  { path: file, scope }: Named,
  { path, namespace }: { readonly path: readonly string[]; readonly namespace: string },
): Fit {
  if (namespace === "") return "no";
  if (scope === namespace || scope.startsWith(`${namespace}.`)) return "sure";
  const folders = folderOf(file).split(/[/.]/u);
  const common = commonEnd(folders, path);
  if (common >= Math.min(2, path.length)) return "sure";
  return common === 1 ? "perhaps" : "no";
}
