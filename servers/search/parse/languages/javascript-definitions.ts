import { named, unquoted, type Define, type Found, type Place } from "../language.ts";
import type { Syntax } from "../syntax.ts";

const FUNCTIONS = ["arrow_function", "function_expression", "generator_function", "function"];
const CLASSES = ["class"];
const NAMES = ["property_identifier", "private_property_identifier", "identifier", "string"];
/** `memo(() => ...)`, `debounce(function ...)`: the first argument is what is defined. */
const MAX_CALLS = 2;
const MAX_PATH = 80;
const GLOBAL = /^(?:module\.exports|exports|this|module|window|globalThis)(?:\.|$)/u;

/** Rules for what JavaScript and TypeScript define. */
export const javascriptDefinitions: Readonly<Record<string, Define>> = {
  function_declaration: named("function"),
  generator_function_declaration: named("function"),
  function_signature: named("function"),
  class_declaration: named("class"),
  abstract_class_declaration: named("class"),
  interface_declaration: named("interface"),
  type_alias_declaration: named("type", { body: "" }),
  enum_declaration: named("enum"),
  internal_module: namespace,
  module: namespace,
  method_definition: method,
  method_signature: method,
  abstract_method_signature: method,
  public_field_definition: (syntax, node) => field(syntax, node, "name"),
  field_definition: (syntax, node) => field(syntax, node, "property"),
  property_signature: (syntax, node, { inFunction }) =>
    inFunction ? undefined : field(syntax, node, "name"),
  enum_assignment: named("constant", { body: "" }),
  property_identifier: enumMember,
  variable_declarator: variable,
  pair,
  assignment_expression: assignment,
  function_expression: named("function"),
  generator_function: named("function"),
  class: named("class"),
  export_statement: defaultExport,
};

function namespace(syntax: Syntax, node: number): Found | undefined {
  const nameNode = syntax.child(node, "name");
  if (nameNode < 0) return undefined;
  const name = unquoted(syntax.textOf(nameNode));
  return { name, kind: "module", nameNode, body: syntax.child(node, "body") };
}

function method(syntax: Syntax, node: number, { inFunction }: Place): Found | undefined {
  const nameNode = syntax.child(node, "name");
  const body = syntax.child(node, "body");
  if (nameNode < 0 || !NAMES.includes(syntax.typeOf(nameNode)) || (inFunction && body < 0)) return undefined;
  return { name: unquoted(syntax.textOf(nameNode)), kind: "method", nameNode, body };
}

function field(syntax: Syntax, node: number, of: string): Found | undefined {
  const nameNode = syntax.child(node, of);
  if (nameNode < 0 || !NAMES.includes(syntax.typeOf(nameNode))) return undefined;
  const name = unquoted(syntax.textOf(nameNode));
  const value = functionOf(syntax, syntax.child(node, "value"));
  if (value < 0) return { name, kind: "constant", nameNode, body: -1 };
  return { name, kind: "method", nameNode, body: syntax.child(value, "body"), value };
}

function enumMember(syntax: Syntax, node: number): Found | undefined {
  if (syntax.typeOf(syntax.parentOf(node)) !== "enum_body") return undefined;
  return { name: syntax.textOf(node), kind: "constant", nameNode: node, body: -1 };
}

function variable(syntax: Syntax, node: number, { inFunction }: Place): Found | undefined {
  const nameNode = syntax.child(node, "name");
  if (nameNode < 0 || syntax.typeOf(nameNode) !== "identifier") return undefined;
  const name = syntax.textOf(nameNode);
  const given = syntax.child(node, "value");
  const found = valued(syntax, given, { name, nameNode });
  if (found !== undefined) return found;
  if (inFunction || !isDeclared(syntax, node) || isRequire(syntax, given)) return undefined;
  return { name, kind: "constant", nameNode, body: -1 };
}

/** Not in the head of a loop. */
function isDeclared(syntax: Syntax, node: number): boolean {
  const statement = syntax.parentOf(syntax.parentOf(node));
  return !syntax.typeOf(statement).startsWith("for_");
}

function isRequire(syntax: Syntax, value: number): boolean {
  if (value < 0 || syntax.typeOf(value) !== "call_expression") return false;
  const callee = syntax.child(value, "function");
  return callee >= 0 && syntax.isLeaf(callee) && syntax.textOf(callee) === "require";
}

function pair(syntax: Syntax, node: number): Found | undefined {
  const nameNode = syntax.child(node, "key");
  const value = functionOf(syntax, syntax.child(node, "value"));
  if (nameNode < 0 || value < 0 || !NAMES.includes(syntax.typeOf(nameNode))) return undefined;
  const name = unquoted(syntax.textOf(nameNode));
  return { name, kind: "method", nameNode, body: syntax.child(value, "body"), value };
}

/** `exports.x = ...`, `A.prototype.b = function ...`, `this.c = () => ...`. */
function assignment(syntax: Syntax, node: number, { inFunction }: Place): Found | undefined {
  const target = targetOf(syntax, syntax.child(node, "left"));
  if (target === undefined) return undefined;
  const { name, nameNode, scope, isExport } = target;
  const found = valued(syntax, syntax.child(node, "right"), target);
  if (found !== undefined) {
    const isMethod = found.kind === "function" && (scope !== "" || target.isOfThis);
    const exported = isExport || (scope !== "" && !inFunction);
    return { ...found, kind: isMethod ? "method" : found.kind, scope, ...(exported && { exported }) };
  }
  if (!isExport || inFunction || name === "default") return undefined;
  return { name, kind: "constant", nameNode, body: -1, scope, exported: true };
}

interface Target extends Naming {
  readonly scope: string;
  readonly isExport: boolean;
  readonly isOfThis: boolean;
}

/** What stands left of a `=`, when it is a path of names. */
function targetOf(syntax: Syntax, left: number): Target | undefined {
  if (left < 0 || syntax.typeOf(left) !== "member_expression") return undefined;
  const nameNode = syntax.child(left, "property");
  const object = syntax.child(left, "object");
  const path = object < 0 ? "" : syntax.textOf(object).slice(0, MAX_PATH);
  if (nameNode < 0 || !/^[\w$.]+$/u.test(path) || path.length === MAX_PATH) return undefined;
  const isModule = path === "module" && syntax.textOf(nameNode) === "exports";
  const isExport = isModule || /^(?:module\.)?exports(?:\.|$)/u.test(path);
  const scope = path.replace(GLOBAL, "").replace(/\.?prototype$/u, "");
  const name = isModule ? "default" : syntax.textOf(nameNode);
  return { name, nameNode, scope, isExport, isOfThis: path === "this" };
}

function defaultExport(syntax: Syntax, node: number): Found | undefined {
  const found = valued(syntax, syntax.child(node, "value"), { name: "default", nameNode: -1 });
  return found === undefined ? undefined : { ...found, exported: true };
}

interface Naming {
  readonly name: string;
  readonly nameNode: number;
}

/** A function or class under the name that it is assigned to, or under its own when that one tells nothing. */
function valued(syntax: Syntax, given: number, { name, nameNode }: Naming): Found | undefined {
  const value = functionOf(syntax, given, CLASSES);
  if (value < 0) return undefined;
  const own = name === "default" ? syntax.child(value, "name") : -1;
  const kind = CLASSES.includes(syntax.typeOf(value)) ? "class" : "function";
  const body = syntax.child(value, "body");
  if (own >= 0) return { name: syntax.textOf(own), kind, nameNode: own, body, value };
  return { name, kind, nameNode, body, value };
}

function functionOf(syntax: Syntax, given: number, also: readonly string[] = []): number {
  let value = given;
  for (let calls = 0; value >= 0; calls += 1) {
    const type = syntax.typeOf(value);
    if (FUNCTIONS.includes(type) || also.includes(type)) return value;
    if (type === "parenthesized_expression" || /^(?:as|satisfies)_expression$/u.test(type)) value += 1;
    else if (type === "call_expression" && calls < MAX_CALLS) value = firstArgument(syntax, value);
    else return -1;
    if (calls > 2 * MAX_CALLS) return -1;
  }
  return -1;
}

function firstArgument(syntax: Syntax, call: number): number {
  const given = syntax.child(call, "arguments");
  const callee = syntax.child(call, "function");
  // `list.map(each => ...)` makes a value, and no function
  const isWrapper = callee >= 0 && /^(?:React\.)?[\w$]+$/u.test(syntax.textOf(callee).slice(0, 80));
  if (given < 0 || !isWrapper) return -1;
  return syntax.children(given)[0] ?? -1;
}
