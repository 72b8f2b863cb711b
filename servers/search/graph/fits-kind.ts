import type { DefinitionKind, ReferenceKind } from "../parse/shapes.ts";
import type { DefinitionRow } from "../store/shapes.ts";
import { familyOf, hasImplicitThis } from "./family.ts";
import type { Lookups } from "./lookups.ts";
import type { Mention } from "./shapes.ts";

const TYPES: ReadonlySet<DefinitionKind> = new Set(["class", "interface", "type", "enum", "module"]);
const HOLDERS: ReadonlySet<DefinitionKind> = new Set(["class", "interface", "type", "enum"]);
const HIDERS: ReadonlySet<DefinitionKind> = new Set(["function", "method"]);

/** True for what can have members or be a receiver's type. */
export function isType({ kind }: Pick<DefinitionRow, "kind">): boolean {
  return HOLDERS.has(kind);
}

/** Definitions that a reference of this kind can mean at all, by language and kind. */
export function fitting(mention: Mention, lookups: Lookups): DefinitionRow[] {
  const family = familyOf(mention.path);
  const all = lookups.namedFor(mention.path, mention.name);
  const ofFamily = all.filter((each) => fitsKind(mention.kind, each) && isInSight(mention, each, lookups));
  if (mention.receiver !== undefined || hasImplicitThis(family)) return ofFamily;
  return ofFamily.filter((each) => !isMember(each, lookups));
}

function fitsKind(kind: ReferenceKind, { kind: defined }: DefinitionRow): boolean {
  if (kind === "type" || kind === "inherit") return TYPES.has(defined);
  return kind === "use" || defined !== "module";
}

/** What lies in a function can be named only in it. */
function isInSight({ file, within }: Mention, definition: DefinitionRow, lookups: Lookups): boolean {
  if (definition.parent === undefined) return true;
  const chain = lookups.around(definition.parent);
  const hider = chain.find(({ kind }) => HIDERS.has(kind));
  if (hider === undefined) return true;
  if (definition.file !== file) return isMember(definition, lookups);
  return isMember(definition, lookups) || lookups.around(within).some(({ id }) => id === hider.id);
}

/** True for what is reached through an object or a type, where the language wants that to be named. */
export function isMember(definition: DefinitionRow, lookups: Lookups): boolean {
  if (definition.kind === "method") return true;
  if (definition.kind !== "constant" || definition.parent === undefined) return false;
  const parent = lookups.definition(definition.parent);
  return parent !== undefined && isType(parent);
}
