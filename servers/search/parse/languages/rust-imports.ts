import type { Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

type Found = Omit<Import, "line">;
type Name = Import["names"][number];

/** Groups in groups are nested no deeper. */
const MAX_DEPTH = 16;

/** `use a::{b, c::d as e, f::*}`: one import for each path that names are taken from. */
export function useDeclaration(syntax: Syntax, node: number): Found[] {
  const found = new Map<string, Name[]>();
  const top = syntax.child(node, "argument");
  if (top >= 0) collect(syntax, top, { prefix: "", depth: 0, found });
  return [...found].map(([source, names]) => ({ source, names }));
}

interface Collecting {
  readonly prefix: string;
  readonly depth: number;
  readonly found: Map<string, Name[]>;
}

function collect(syntax: Syntax, node: number, collecting: Collecting): void {
  const { prefix, depth, found } = collecting;
  const pathOf = (field: string): string => joined(prefix, textOf(syntax, syntax.child(node, field)));
  switch (syntax.typeOf(node)) {
    case "scoped_use_list":
      return all(syntax, syntax.child(node, "list"), { prefix: pathOf("path"), depth: depth + 1, found });
    case "use_list":
      return all(syntax, node, { prefix, depth: depth + 1, found });
    case "use_wildcard":
      return add(found, joined(prefix, textOf(syntax, node + 1)), { name: "*" });
    case "use_as_clause": {
      const { source, name } = split(pathOf("path"));
      return add(found, source, { name, alias: textOf(syntax, syntax.child(node, "alias")) });
    }
    default: {
      const { source, name } = split(joined(prefix, textOf(syntax, node)));
      return add(found, source, { name });
    }
  }
}

function all(syntax: Syntax, list: number, collecting: Collecting): void {
  if (collecting.depth > MAX_DEPTH) return;
  for (const each of syntax.children(list)) collect(syntax, each, collecting);
}

function add(found: Map<string, Name[]>, source: string, name: Name): void {
  const names = found.get(source) ?? [];
  names.push(name);
  found.set(source, names);
}

function split(path: string): { source: string; name: string } {
  const whole = path.replace(/::self$/u, "");
  const at = whole.lastIndexOf("::");
  return at < 0 ? { source: whole, name: whole } : { source: whole.slice(0, at), name: whole.slice(at + 2) };
}

function joined(prefix: string, path: string): string {
  return prefix === "" ? path : `${prefix}::${path}`;
}

function textOf(syntax: Syntax, node: number): string {
  return node < 0 ? "" : syntax.textOf(node).replace(/\s+/gu, "");
}

/** `extern crate a as b`. */
export function externCrate(syntax: Syntax, node: number): Found[] {
  const alias = syntax.child(node, "alias");
  const source = textOf(syntax, syntax.child(node, "name"));
  return [{ source, names: alias < 0 ? [] : [{ name: "*", alias: syntax.textOf(alias) }] }];
}
