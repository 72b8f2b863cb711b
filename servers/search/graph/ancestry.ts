import type { DefinitionRow } from "../store/shapes.ts";
import { membersOf, type Class } from "./classes.ts";
import { isType } from "./fits-kind.ts";
import type { Lookups } from "./lookups.ts";
import { resolveName } from "./resolve-name.ts";
import { inPlaceOf } from "./shapes.ts";

/** How far up inheritance is followed. */
const MAX_HEIGHT = 6;

/** The types that a type says it extends or implements, as far as they are known. */
function classesAbove({ rows }: Class, lookups: Lookups): Class[] {
  const ids = new Set(rows.map(({ id }) => id));
  const above = rows
    .flatMap(({ file, id }) => lookups.heirsIn(file).get(id) ?? [])
    .flatMap((mention) => resolveName(inPlaceOf(mention, mention.name, "inherit"), lookups).targets)
    .map(({ definition }) => definition)
    .filter((each) => isType(each) && !ids.has(each.id));
  const byName = new Map<string, DefinitionRow[]>();
  for (const row of above) byName.set(row.name, [...(byName.get(row.name) ?? []), row]);
  return [...byName].map(([name, found]) => ({ name, rows: [...new Set(found)] }));
}

/** A member of a type itself, else of the nearest type above it that has one. */
export function memberOrInherited(of: Class, name: string, lookups: Lookups): DefinitionRow[] {
  const own = membersOf(of, name, lookups);
  return own.length > 0 ? own : inherited(of, name, lookups);
}

/** A member of the nearest type above this one that has it. */
export function inherited(of: Class, name: string, lookups: Lookups): DefinitionRow[] {
  for (const level of levelsAbove(of, lookups)) {
    const found = level.flatMap((each) => membersOf(each, name, lookups));
    if (found.length > 0) return [...new Set(found)];
  }
  return [];
}

/** True when a type is below one of these, by whatever height. */
export function isBelow(of: Class, ids: ReadonlySet<number>, lookups: Lookups): boolean {
  const above = lookups.once(`above ${of.rows.map(({ id }) => id).join(" ")}`, () =>
    [...levelsAbove(of, lookups)].flatMap((level) => level.flatMap(({ rows }) => rows.map(({ id }) => id))),
  );
  return above.some((id) => ids.has(id));
}

function* levelsAbove(of: Class, lookups: Lookups): Generator<Class[]> {
  const seen = new Set(of.rows.map(({ id }) => id));
  let level = classesAbove(of, lookups);
  for (let height = 0; height < MAX_HEIGHT && level.length > 0; height++) {
    yield level;
    for (const { rows } of level) for (const { id } of rows) seen.add(id);
    level = level
      .flatMap((each) => classesAbove(each, lookups))
      .filter(({ rows }) => rows.some(({ id }) => !seen.has(id)));
  }
}
