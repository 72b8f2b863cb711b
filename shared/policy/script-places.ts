import { sep } from "node:path";
import type { Place } from "../access.ts";
import { canonicalPath } from "./canonical-path.ts";
import { absolutePath } from "./rule.ts";

/**
 * A test of places for those of these files, however they are spelled, and of the folders that they lie in: what
 * moves such a folder moves them. Absolute paths; one with `..` in it counts as it is spelled. Below a microsecond:
 * it is asked for every file of a walk.
 */
export function scriptPlaces(paths: readonly string[]): (place: Place) => boolean {
  if (paths.length === 0) return () => false;
  const all = paths.map((path) => canonicalPath(path.replaceAll(sep, "/")));
  const byRoot = new Map<string, ReadonlySet<string>>();
  return ({ root, relative }) => {
    let inRoot = byRoot.get(root);
    if (inRoot === undefined) byRoot.set(root, (inRoot = new Set(all.flatMap((path) => below(root, path)))));
    return inRoot.size > 0 && inRoot.has(canonicalPath(relative));
  };
}

/** The path below this root, and the folders on the way to it. */
function below(root: string, path: string): string[] {
  const top = `${canonicalPath(absolutePath({ root, relative: "" })).replace(/\/$/u, "")}/`;
  if (!path.startsWith(top)) return [];
  const names = path.slice(top.length).split("/");
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}
