import { familyOf } from "../family.ts";
import type { Lookups } from "../lookups.ts";
import { bindingsOf } from "../modules/bindings-of.ts";
import { folderOf, stemOf } from "../modules/target.ts";

const MOST_IMPORTS = 2_000;
/** Files whose name is not what they are imported by; their folder's is. */
const PLAIN = /(?:^|\/)(?:index|mod|lib|main|__init__)$/u;

/** Files that import a file, whatever they take from it. Sorted. */
export function importersOf(path: string, lookups: Lookups): string[] {
  const stem = stemOf(path);
  const isByFolder = PLAIN.test(stem) || familyOf(path) === "go";
  const part = (isByFolder ? folderOf(stem) : stem).replace(/^.*\//u, "");
  if (part === "") return [];
  const found = new Set<string>();
  for (const each of lookups.reader.importsOf(part, MOST_IMPORTS)) {
    if (each.path === path || found.has(each.path)) continue;
    const isMeant = bindingsOf(each, each.path).some(
      ({ target }) => target.fits({ path, scope: "" }) === "sure",
    );
    if (isMeant) found.add(each.path);
  }
  return [...found].sort();
}
