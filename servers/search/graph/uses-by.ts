import type { DefinitionRow } from "../store/shapes.ts";
import type { Lookups } from "./lookups.ts";
import { resolve } from "./resolve.ts";
import type { Mention, Use } from "./shapes.ts";

/** What a definition uses, in the order of its text. */
export interface Used {
  readonly uses: readonly Use[];
  /** What it refers to and is in no file of the index, or has too many meanings. */
  readonly outside: readonly Mention[];
}

/** Every definition that a definition, with all that lies in it, refers to; not what lies in it itself. */
export function usesBy(definition: DefinitionRow, lookups: Lookups): Used {
  const uses: Use[] = [];
  const outside: Mention[] = [];
  for (const mention of mentionsIn(definition, lookups)) {
    const { targets, named } = resolve(mention, lookups);
    const found = targets.filter((each) => !isWithin(each.definition, definition));
    if (targets.length === 0) outside.push(mention);
    for (const target of found) uses.push({ mention, named, ...target });
  }
  return { uses, outside };
}

function mentionsIn({ file, id }: DefinitionRow, lookups: Lookups): Mention[] {
  const inside = new Set([id]);
  // what lies in another comes after it
  for (const each of lookups.definitionsIn(file)) {
    if (each.parent !== undefined && inside.has(each.parent)) inside.add(each.id);
  }
  return lookups.referencesIn(file).filter(({ within }) => within !== undefined && inside.has(within));
}

function isWithin(inner: DefinitionRow, outer: DefinitionRow): boolean {
  return inner.file === outer.file && inner.startLine >= outer.startLine && inner.endLine <= outer.endLine;
}
