import type { DefinitionRow, FileRow } from "../store/shapes.ts";
import { extensionsOf, familyOf } from "./family.ts";
import type { Lookups } from "./lookups.ts";
import type { Target } from "./modules/target.ts";

/** How many files a name may be passed on by: index files, `__init__`, `pub use`, headers. */
const MAX_PASSES = 4;

/** The file of the index that an import leads to, when its place can be told. */
export function moduleFile(target: Target, from: string, lookups: Lookups): FileRow | undefined {
  const extensions = extensionsOf(familyOf(from));
  for (const stem of target.stems)
    for (const extension of extensions) {
      const file = lookups.file(`${stem}.${extension}`);
      if (file !== undefined && file.path !== from) return file;
    }
  return undefined;
}

/** Something that an import names: of a target, or what the target itself has imported and passes on. */
export interface Wanted {
  readonly target: Target;
  readonly item: string;
  /** The file that imports. */
  readonly from: string;
}

/** The definitions that an import may mean. */
export function importedBy({ target, item, from }: Wanted, lookups: Lookups, passes = 0): DefinitionRow[] {
  const found = definedIn({ target, item, from }, lookups);
  if (found.length > 0) return found;
  const file = moduleFile(target, from, lookups);
  if (file === undefined) return [];
  if (item === "default") return defaultOf(file, lookups);
  if (passes >= MAX_PASSES) return [];
  for (const { local, item: own, target: passed } of lookups.bindings(file.id)) {
    const further = local === "*" ? item : local === item ? own : undefined;
    if (further === undefined) continue;
    const definitions = importedBy({ target: passed, item: further, from: file.path }, lookups, passes + 1);
    if (definitions.length > 0) return definitions;
  }
  return [];
}

function definedIn({ target, item, from }: Wanted, lookups: Lookups): DefinitionRow[] {
  const found = lookups
    .namedFor(from, item)
    .filter((each) => each.path !== from && target.fits(each) === "sure");
  const top = found.filter(({ parent }) => parent === undefined);
  return top.length > 0 ? top : found;
}

/** What a module exports without a name can be told when it exports one thing, or one that is called as the file. */
function defaultOf(file: FileRow, lookups: Lookups): DefinitionRow[] {
  const exported = lookups
    .definitionsIn(file.id)
    .filter((each) => each.exported && each.parent === undefined);
  const said = exported.filter(({ signature }) => /\bdefault\b/u.test(signature));
  if (said.length > 0 || exported.length === 1) return said.length > 0 ? said : exported;
  const stem = plain(file.path.replace(/^.*\/|\.[^/]*$/gu, ""));
  return exported.filter(({ name }) => plain(name) === stem);
}

function plain(name: string): string {
  return name.replaceAll(/[^\p{L}\d]/gu, "").toLowerCase();
}
