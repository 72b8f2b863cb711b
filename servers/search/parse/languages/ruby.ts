import { named, unquoted, type Found, type LanguageTable, type Place } from "../language.ts";
import type { DefinitionKind, Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

const MAX_MEMBERS = 20_000;
const ACCESSOR = /^(?:attr_reader|attr_writer|attr_accessor|define_method|alias_method)$/u;
const REQUIRE = /^(?:require|require_relative|load|autoload)$/u;
const MIXIN = /^(?:include|extend|prepend)$/u;

export const ruby: LanguageTable = {
  grammar: "ruby",
  definitions: {
    class: scoped("class"),
    module: scoped("module"),
    method,
    singleton_method: named("method"),
    assignment: constant,
    simple_symbol: accessor,
  },
  comments: ["comment"],
  decorators: [],
  wrappers: [],
  functions: ["block", "do_block", "lambda"],
  calls: { call: { name: "method", object: "receiver" } },
  members: { scope_resolution: { object: "scope", name: "name" } },
  names: { identifier: "use", constant: "type" },
  contexts: { superclass: "inherit" },
  inherits: { call: mixin },
  locals: {
    method_parameters: [""],
    block_parameters: [""],
    lambda_parameters: [""],
    keyword_parameter: ["name"],
    optional_parameter: ["name"],
    assignment: ["left"],
    operator_assignment: ["left"],
    exception_variable: [""],
    for: ["pattern"],
  },
  localNames: /^[\p{Ll}_]/u,
  own: /^(?:private|protected|public|module_function|raise|puts|attr_reader|attr_writer|attr_accessor|lambda|proc|new|include|extend|prepend)$/u,
  imports: { call: requireCall },
  isExported: ({ words }) => !/\bprivate\b/u.test(words),
};

function scoped(kind: DefinitionKind): LanguageTable["definitions"][string] {
  return (syntax, node) => {
    const nameNode = syntax.child(node, "name");
    if (nameNode < 0) return undefined;
    const names = syntax.textOf(nameNode).replace(/\s+/gu, "").replace(/^::/u, "").split("::");
    const name = names.pop() ?? "";
    return { name, kind, nameNode, body: syntax.child(node, "body"), scope: names.join(".") };
  };
}

function method(syntax: Syntax, node: number, place: Place): Found | undefined {
  const kind = place.within === undefined || place.within === "function" ? "function" : "method";
  const found = named(kind)(syntax, node, place);
  return found !== undefined && isPrivate(syntax, node) ? { ...found, exported: false } : found;
}

/** `private` on a line of its own hides what follows. */
function isPrivate(syntax: Syntax, node: number): boolean {
  const list = syntax.parentOf(node);
  if (syntax.typeOf(list) !== "body_statement" || syntax.afterOf(list) - list > MAX_MEMBERS) return false;
  let said = "public";
  for (let each = list + 1; each < node; each = syntax.afterOf(each)) {
    if (syntax.typeOf(each) !== "identifier") continue;
    const text = syntax.textOf(each);
    if (/^(?:private|protected|public)$/u.test(text)) said = text;
  }
  return said === "private";
}

function constant(syntax: Syntax, node: number, { inFunction }: Place): Found | undefined {
  const left = syntax.child(node, "left");
  if (inFunction || left < 0 || syntax.typeOf(left) !== "constant") return undefined;
  return { name: syntax.textOf(left), kind: "constant", nameNode: left, body: -1 };
}

/** `attr_reader :size`. */
function accessor(syntax: Syntax, node: number, { inFunction }: Place): Found | undefined {
  const call = syntax.parentOf(syntax.parentOf(node));
  if (inFunction || syntax.typeOf(call) !== "call" || !ACCESSOR.test(methodOf(syntax, call)))
    return undefined;
  return { name: syntax.textOf(node).slice(1), kind: "method", nameNode: node, body: -1 };
}

function methodOf(syntax: Syntax, call: number): string {
  const name = syntax.child(call, "method");
  return name < 0 || syntax.child(call, "receiver") >= 0 ? "" : syntax.textOf(name);
}

function mixin(syntax: Syntax, call: number): number {
  return MIXIN.test(methodOf(syntax, call)) ? syntax.child(call, "arguments") : -1;
}

function requireCall(syntax: Syntax, call: number): Omit<Import, "line">[] {
  const how = methodOf(syntax, call);
  if (!REQUIRE.test(how)) return [];
  const path = syntax.children(syntax.child(call, "arguments")).at(-1) ?? -1;
  if (path < 0 || syntax.typeOf(path) !== "string") return [];
  const written = unquoted(syntax.textOf(path));
  const source = how === "require_relative" && !written.startsWith(".") ? `./${written}` : written;
  return [{ source, names: [{ name: "*" }] }];
}
