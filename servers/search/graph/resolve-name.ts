import type { DefinitionRow } from "../store/shapes.ts";
import { familyOf, type Family } from "./family.ts";
import { fitting } from "./fits-kind.ts";
import type { Lookups } from "./lookups.ts";
import { importedBy, moduleFile } from "./module-files.ts";
import { folderOf, type Binding } from "./modules/target.ts";
import type { Confidence, Mention, Resolution, Resolved } from "./shapes.ts";

/** Of a name that more definitions carry, and nothing else tells which, none is listed. */
const MOST_NAMED = 50;
/** In these, what lies in the same folder needs no import. */
const SHARED_FOLDERS: ReadonlySet<Family> = new Set(["go", "jvm", "csharp", "php", "swift"]);

/** What a name by itself means: what stands around it, what its file imports, what its package has, else anything so called. */
export function resolveName(mention: Mention, lookups: Lookups): Resolution {
  const all = fitting(mention, lookups);
  const lexical = innermost(mention, all, lookups);
  if (lexical.length > 0) return resolution(as(lexical, "file"), all);
  const bound = lookups.bindings(mention.file).filter(({ local }) => local === mention.name);
  if (bound.length > 0) return boundTo(mention, { bound, all }, lookups);
  const wild = byWildcard(mention, all, lookups);
  if (wild.length > 0) return resolution(as(wild, "import"), all);
  const shared = inPackage(mention, all);
  if (shared.length > 0) return resolution(as(shared, "import"), all);
  const here = all.filter(({ file }) => file === mention.file);
  if (here.length > 0) return resolution(as(here, "file"), all);
  return byName(all);
}

/** What a file's own text decides: of the definitions around the place, the nearest one that holds the name. */
function innermost(mention: Mention, all: readonly DefinitionRow[], lookups: Lookups): DefinitionRow[] {
  const here = all.filter(({ file }) => file === mention.file);
  if (here.length === 0) return [];
  const scopes = [...lookups.around(mention.within).map(({ id }) => id), undefined];
  for (const scope of scopes) {
    const found = here.filter(({ parent }) => parent === scope);
    if (found.length > 0) return found;
  }
  return [];
}

interface Bound {
  readonly bound: readonly Binding[];
  readonly all: readonly DefinitionRow[];
}

function boundTo(mention: Mention, { bound, all }: Bound, lookups: Lookups): Resolution {
  const from = mention.path;
  const items = bound.filter(({ item }) => item !== undefined);
  const found = items.flatMap(({ item = "", target }) => importedBy({ target, item, from }, lookups));
  if (found.length > 0) return resolution(as([...new Set(found)], "import"), all);
  const perhaps = all.filter((each) => bound.some(({ target }) => target.fits(each) === "perhaps"));
  if (perhaps.length > 0) return byName(perhaps);
  const isKnown = bound.some(({ target }) => moduleFile(target, from, lookups) !== undefined);
  if (!isKnown) return { ...resolution([], all), outside: true };
  // its module is here, and gives it the name in a way that cannot be seen
  return items.length === 0 ? resolution([], all) : byName(all);
}

/** Through imports of everything that a module has, and those of the files that pass it on. */
function byWildcard(mention: Mention, all: readonly DefinitionRow[], lookups: Lookups): DefinitionRow[] {
  const targets = lookups.bindings(mention.file).filter(({ local }) => local === "*");
  // only Java takes over what lies in a type
  const outer = familyOf(mention.path) === "jvm" ? all : all.filter(({ kind }) => kind !== "method");
  const item = mention.name;
  const from = mention.path;
  for (const { target } of targets) {
    const direct = outer.filter((each) => target.fits(each) === "sure");
    if (direct.length > 0) return direct;
  }
  if (outer.length === 0) return [];
  return targets.flatMap(({ target }) => importedBy({ target, item, from }, lookups));
}

function inPackage({ path }: Mention, all: readonly DefinitionRow[]): DefinitionRow[] {
  if (!SHARED_FOLDERS.has(familyOf(path))) return [];
  return all.filter((each) => each.kind !== "method" && folderOf(each.path) === folderOf(path));
}

/** All of them, since nothing but the name tells; none when they are too many. */
export function byName(all: readonly DefinitionRow[]): Resolution {
  const seen = all.filter(({ exported }) => exported);
  const some = seen.length > 0 ? seen : all;
  if (some.length > MOST_NAMED) return { ...resolution([], all), ambiguous: true };
  return resolution(as(some, "name"), all);
}

export function as(definitions: readonly DefinitionRow[], confidence: Confidence): Resolved[] {
  return definitions.map((definition) => ({ definition, confidence }));
}

export function resolution(targets: readonly Resolved[], all: readonly DefinitionRow[]): Resolution {
  return { targets, named: all.length, ambiguous: false, outside: false };
}
