import type { DefinitionRow } from "../store/shapes.ts";
import { familyOf } from "./family.ts";
import { isType } from "./fits-kind.ts";
import type { Lookups } from "./lookups.ts";
import { folderOf } from "./modules/target.ts";

/** A type, which may be written in several places, or nowhere in the index. */
export interface Class {
  readonly name: string;
  readonly rows: readonly DefinitionRow[];
}

/** The last name of a scope. */
export function lastOf(scope: string): string {
  return scope.slice(scope.lastIndexOf(".") + 1);
}

/** The type whose member a definition is or lies in; undefined outside of all. */
export function classAround(id: number | undefined, lookups: Lookups): Class | undefined {
  const chain = lookups.around(id);
  const around = chain.find(isType);
  if (around !== undefined) return classNamed(around.name, around.path, lookups);
  // a Go method, a Rust impl, a C++ member outside of its class: only the scope tells
  const member = chain.find(({ kind, scope }) => kind === "method" && scope !== "");
  return member === undefined ? undefined : classNamed(lastOf(member.scope), member.path, lookups);
}

/** A type by its name, as a file near `path` means it: of the same file, else of the same folder, else any. */
export function classNamed(name: string, path: string, lookups: Lookups): Class {
  const rows = lookups.namedFor(path, name).filter(isType);
  const here = rows.filter((row) => row.path === path);
  const beside = rows.filter((row) => folderOf(row.path) === folderOf(path));
  return { name, rows: [here, beside, rows].find((some) => some.length > 0) ?? [] };
}

/** Members of a type that have this name: in it, in a block near it that adds to it, else in any when there is one such type. */
export function membersOf(of: Class, name: string, lookups: Lookups): DefinitionRow[] {
  const named = lookups.named(name).filter(({ scope }) => lastOf(scope) === of.name);
  const ids = new Set(of.rows.map(({ id }) => id));
  const paths = new Set(of.rows.map(({ path }) => path));
  const folders = new Set(of.rows.map(({ path }) => folderOf(path)));
  const isElsewhere = ({ parent }: DefinitionRow): boolean => parent !== undefined && !ids.has(parent);
  const own = named.filter((each) => paths.has(each.path) && !isElsewhere(each));
  if (own.length > 0) return own;
  const beside = named.filter(({ path }) => folders.has(folderOf(path)));
  return beside.length > 0 || !isOnlyOne(of, lookups) ? beside : named;
}

/** Then whatever adds to a type of this name adds to this one. */
function isOnlyOne({ name, rows }: Class, lookups: Lookups): boolean {
  const [first] = rows;
  if (first === undefined) return true;
  const family = familyOf(first.path);
  return lookups
    .named(name)
    .every((each) => !isType(each) || rows.includes(each) || familyOf(each.path) !== family);
}
