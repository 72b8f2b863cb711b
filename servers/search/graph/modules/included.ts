import type { Import } from "../../parse/shapes.ts";
import { ending, exactly, folderOf, joined, stemOf, type Binding, type Target } from "./target.ts";

// Languages in which an import takes in a file with everything in it.

/** A header brings the definitions of the source file of the same name. */
export function includeBindings({ source }: Import, from: string): Binding[] {
  const path = source.replaceAll(/[<>"]/gu, "");
  // as <vector>: a header of the language itself
  if (source.startsWith("<") && !path.includes(".") && !path.includes("/")) return [];
  return [{ local: "*", target: nearOrEnding(stemOf(path), from) }];
}

/** `require_relative` is told by its dots, or not at all: both places are looked at. */
export function requireBindings({ source }: Import, from: string): Binding[] {
  const path = source.replace(/\.rb$/u, "");
  return [
    { local: "*", target: path.startsWith(".") ? exactly(near(path, from)) : nearOrEnding(path, from) },
  ];
}

/** `source "$DIR/lib.sh"`: what a variable holds is not known, the end of the path is. */
export function sourceBindings({ source }: Import, from: string): Binding[] {
  const known = source.replace(/^.*[$})`][^/]*\//u, "").replace(/^\.\//u, "");
  return known === "" ? [] : [{ local: "*", target: nearOrEnding(stemOf(known), from) }];
}

function nearOrEnding(stem: string, from: string): Target {
  const beside = near(stem, from);
  const anywhere = ending([stem.replace(/^(?:\.{1,2}\/)+/u, "")], from);
  return {
    stems: [...beside, ...anywhere.stems],
    fits: (place) => (beside.includes(stemOf(place.path)) ? "sure" : anywhere.fits(place)),
  };
}

function near(stem: string, from: string): string[] {
  const path = joined(folderOf(from), stem);
  return path === undefined ? [] : [path];
}
