import { named, type Define, type Found, type Place } from "../language.ts";
import type { DefinitionKind } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

const SPECIFIERS: Readonly<Record<string, DefinitionKind>> = {
  struct_specifier: "class",
  union_specifier: "class",
  class_specifier: "class",
  enum_specifier: "enum",
};
/** Longer classes are not searched for what is private in them. */
const MAX_MEMBERS = 500;

/** Rules for what C and C++ define. */
export const cDefinitions: Readonly<Record<string, Define>> = {
  function_definition: callable,
  declaration,
  field_declaration: declaration,
  struct_specifier: specifier,
  union_specifier: specifier,
  class_specifier: specifier,
  enum_specifier: specifier,
  type_definition: typedef,
  type_identifier: typedefName,
  enumerator: named("constant", { body: "" }),
  preproc_def: macro("constant"),
  preproc_function_def: macro("macro"),
  namespace_definition: namespace,
  alias_declaration: named("type", { body: "" }),
  concept_definition: named("type", { body: "" }),
};

interface Declared {
  readonly nameNode: number;
  readonly name: string;
  readonly scope: string;
  readonly isFunction: boolean;
}

/** The name within pointers, references, arrays and parameters. */
function declared(syntax: Syntax, top: number): Declared | undefined {
  let node = top;
  let isFunction = false;
  let scope = "";
  while (node >= 0) {
    const type = syntax.typeOf(node);
    if (type === "qualified_identifier") {
      scope = joined(scope, plain(syntax, syntax.child(node, "scope")));
      node = syntax.child(node, "name");
    } else if (type.endsWith("_declarator")) {
      isFunction = isFunction || type === "function_declarator";
      const inner = syntax.child(node, "declarator");
      node = inner < 0 ? (syntax.children(node).at(-1) ?? -1) : inner;
    } else {
      const name = plain(syntax, node);
      return /^[\w~$]|^operator/u.test(name) ? { nameNode: node, name, scope, isFunction } : undefined;
    }
  }
  return undefined;
}

/** Without template arguments. */
function plain(syntax: Syntax, node: number): string {
  if (node < 0) return "";
  const name = /^(?:template|dependent)_/u.test(syntax.typeOf(node)) ? syntax.child(node, "name") : node;
  return syntax.textOf(name < 0 ? node : name).replace(/\s+/gu, " ");
}

function joined(scope: string, name: string): string {
  return scope === "" || name === "" ? scope + name : `${scope}.${name}`;
}

function callable(syntax: Syntax, node: number, { within }: Place): Found | undefined {
  const found = declared(syntax, syntax.child(node, "declarator"));
  if (found === undefined) return undefined;
  const isMember = within === "class" || found.scope !== "";
  const body = syntax.child(node, "body");
  return { ...found, kind: isMember ? "method" : "function", body, ...visibility(syntax, node, within) };
}

/** A prototype, a field, or a variable of a file. */
function declaration(syntax: Syntax, node: number, { within, inFunction }: Place): Found | undefined {
  if (inFunction) return undefined;
  const found = declared(syntax, syntax.child(node, "declarator"));
  if (found === undefined || (found.scope !== "" && found.isFunction)) return undefined;
  const callable = within === "class" ? "method" : "function";
  const kind = found.isFunction ? callable : "constant";
  return { ...found, kind, body: -1, ...visibility(syntax, node, within) };
}

/** What is said before a member; a class hides what comes before anything is said. */
function visibility(
  syntax: Syntax,
  node: number,
  within: DefinitionKind | undefined,
): { exported?: boolean } {
  if (within !== "class") return {};
  let list = syntax.parentOf(node);
  if (syntax.typeOf(list) !== "field_declaration_list") list = syntax.parentOf(list);
  if (syntax.afterOf(list) - list > MAX_MEMBERS * 40) return {};
  let said = syntax.typeOf(syntax.parentOf(list)) === "class_specifier" ? "private" : "public";
  for (let each = list + 1; each < node; each = syntax.afterOf(each)) {
    if (syntax.typeOf(each) === "access_specifier") said = syntax.textOf(each);
  }
  return { exported: said !== "private" };
}

function specifier(syntax: Syntax, node: number): Found | undefined {
  const body = syntax.child(node, "body");
  const found = body < 0 ? undefined : declared(syntax, syntax.child(node, "name"));
  return found === undefined
    ? undefined
    : { ...found, kind: SPECIFIERS[syntax.typeOf(node)] ?? "class", body };
}

/** A struct without a name has its typedef's; one with a name stands for itself. */
function typedef(syntax: Syntax, node: number): Found | undefined {
  const type = syntax.child(node, "type");
  const body = syntax.child(type, "body");
  const found = declared(syntax, syntax.child(node, "declarator"));
  if (found === undefined || (body >= 0 && syntax.child(type, "name") >= 0)) return undefined;
  return { ...found, kind: body < 0 ? "type" : (SPECIFIERS[syntax.typeOf(type)] ?? "type"), body };
}

function typedefName(syntax: Syntax, node: number): Found | undefined {
  const holder = syntax.parentOf(node);
  if (syntax.typeOf(holder) !== "type_definition" || syntax.child(holder, "declarator") !== node)
    return undefined;
  const type = syntax.child(holder, "type");
  const name = syntax.textOf(node);
  const own = syntax.child(type, "name");
  if (own < 0 || syntax.child(type, "body") < 0 || syntax.textOf(own) === name) return undefined;
  return { name, kind: "type", nameNode: node, body: -1 };
}

/** Without a value it only guards a header. */
function macro(kind: DefinitionKind): Define {
  return (syntax, node, place) =>
    syntax.child(node, "value") < 0 ? undefined : named(kind, { body: "" })(syntax, node, place);
}

function namespace(syntax: Syntax, node: number): Found | undefined {
  const nameNode = syntax.child(node, "name");
  if (nameNode < 0) return undefined;
  const names = syntax.textOf(nameNode).replace(/\s+/gu, "").split("::");
  const name = names.pop() ?? "";
  return { name, kind: "module", nameNode, body: syntax.child(node, "body"), scope: names.join(".") };
}
