import { unquoted } from "../language.ts";
import type { Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

type Found = Omit<Import, "line">;
type Name = Import["names"][number];

/** `import ... from "x"`, `import x = require("x")`. */
export function importStatement(syntax: Syntax, node: number): Found[] {
  const required = syntax.childOf(node, "import_require_clause");
  const holder = required < 0 ? node : required;
  const source = syntax.child(holder, "source");
  if (source < 0) return [];
  const names: Name[] = [];
  if (required >= 0) names.push({ name: "*", alias: syntax.textOf(required + 1) });
  const clause = syntax.childOf(node, "import_clause");
  for (const each of syntax.children(clause)) names.push(...clauseNames(syntax, each));
  return [{ source: unquoted(syntax.textOf(source)), names }];
}

function clauseNames(syntax: Syntax, node: number): Name[] {
  switch (syntax.typeOf(node)) {
    case "identifier":
      return [{ name: "default", alias: syntax.textOf(node) }];
    case "namespace_import":
      return [{ name: "*", alias: syntax.textOf(node + 1) }];
    default:
      return specifiers(syntax, node);
  }
}

function specifiers(syntax: Syntax, list: number): Name[] {
  return syntax.children(list).flatMap((each) => {
    const name = syntax.child(each, "name");
    return name < 0 ? [] : [withAlias(syntax, unquoted(syntax.textOf(name)), syntax.child(each, "alias"))];
  });
}

function withAlias(syntax: Syntax, name: string, alias: number): Name {
  return alias < 0 ? { name } : { name, alias: syntax.textOf(alias) };
}

/** `export { a } from "x"`, `export * from "x"`. */
export function exportFrom(syntax: Syntax, node: number): Found[] {
  const source = syntax.child(node, "source");
  if (source < 0) return [];
  const clause = syntax.childOf(node, "export_clause");
  const names = clause < 0 ? [{ name: "*" }] : specifiers(syntax, clause);
  return [{ source: unquoted(syntax.textOf(source)), names }];
}

/** `require("x")`, `import("x")`. */
export function requireCall(syntax: Syntax, node: number): Found[] {
  const callee = syntax.child(node, "function");
  if (callee < 0 || syntax.endOf(callee) - syntax.startOf(callee) > 20) return [];
  if (!/^(?:require|require\.resolve|import)$/u.test(syntax.textOf(callee))) return [];
  const given = syntax.children(syntax.child(node, "arguments"));
  if (given.length !== 1 || syntax.typeOf(given[0] ?? -1) !== "string") return [];
  return [{ source: unquoted(syntax.textOf(given[0] ?? -1)), names: boundNames(syntax, node) }];
}

function boundNames(syntax: Syntax, call: number): Name[] {
  let holder = syntax.parentOf(call);
  if (syntax.typeOf(holder) === "await_expression") holder = syntax.parentOf(holder);
  const bound = syntax.typeOf(holder) === "variable_declarator" ? syntax.child(holder, "name") : -1;
  if (bound < 0) return [];
  if (syntax.typeOf(bound) === "identifier") return [{ name: "*", alias: syntax.textOf(bound) }];
  return syntax.children(bound).flatMap((each) => {
    const key = syntax.child(each, "key");
    if (key >= 0) return [withAlias(syntax, syntax.textOf(key), syntax.child(each, "value"))];
    return syntax.typeOf(each) === "shorthand_property_identifier_pattern"
      ? [{ name: syntax.textOf(each) }]
      : [];
  });
}

/** `export { a, b as c }`, `export default a`. */
export function exportedNames(syntax: Syntax, node: number): string[] {
  const value = syntax.child(node, "value");
  if (value >= 0) return syntax.isLeaf(value) ? [syntax.textOf(value)] : [];
  return specifiers(syntax, syntax.childOf(node, "export_clause")).map(({ name }) => name);
}

/** `module.exports = { a, b }`, `module.exports = a`. */
export function moduleExports(syntax: Syntax, node: number): string[] {
  const [left, right] = [syntax.child(node, "left"), syntax.child(node, "right")];
  if (left < 0 || right < 0 || syntax.endOf(left) - syntax.startOf(left) > 40) return [];
  if (!/^(?:module\.exports(?:\.\w+)?|exports\.\w+)$/u.test(syntax.textOf(left))) return [];
  if (syntax.typeOf(right) === "identifier") return [syntax.textOf(right)];
  if (syntax.typeOf(right) !== "object") return [];
  return syntax.children(right).flatMap((each) => {
    const value = syntax.typeOf(each) === "pair" ? syntax.child(each, "value") : each;
    return syntax.isLeaf(value) ? [syntax.textOf(value)] : [];
  });
}
