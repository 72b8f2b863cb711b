import { named, type Found, type LanguageTable, type Place } from "../language.ts";
import type { Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

export const swift: LanguageTable = {
  grammar: "swift",
  longest: 100_000,
  definitions: {
    class_declaration: type,
    protocol_declaration: named("interface"),
    function_declaration: callable,
    protocol_function_declaration: named("method"),
    init_declaration: unnamed("init"),
    deinit_declaration: unnamed("deinit"),
    subscript_declaration: unnamed("subscript"),
    property_declaration: property,
    protocol_property_declaration: property,
    typealias_declaration: named("type", { body: "" }),
    enum_entry: named("constant", { body: "" }),
  },
  comments: ["comment", "multiline_comment"],
  decorators: ["attribute"],
  wrappers: [],
  functions: ["lambda_literal"],
  scopes: { class_declaration: extensionScope },
  calls: { call_expression: {}, constructor_expression: {} },
  members: { navigation_expression: { object: "target", name: "suffix" } },
  names: { simple_identifier: "use", type_identifier: "type" },
  contexts: { inheritance_specifier: "inherit", type_arguments: "type" },
  locals: {
    parameter: ["name"],
    property_declaration: ["name"],
    lambda_parameter: ["name"],
    guard_statement: ["bound_identifier"],
    if_statement: ["bound_identifier"],
    for_statement: ["item"],
    type_parameter: [""],
  },
  own: /^(?:String|Int|Bool|Double|Float|Void|Any|Self|self|super)$/u,
  silent: { parameter: "external_name" },
  skipped: ["value_argument_label"],
  imports: { import_declaration: importDeclaration },
  isExported: ({ words }) => !/\b(?:file)?private\b(?!\(set\))/u.test(words),
};

function isExtension(syntax: Syntax, node: number): boolean {
  return syntax.typeOf(syntax.child(node, "name")) === "user_type";
}

function type(syntax: Syntax, node: number, place: Place): Found | undefined {
  if (isExtension(syntax, node)) return undefined;
  const isEnum = syntax.childOf(node, "enum_class_body") >= 0;
  return named(isEnum ? "enum" : "class")(syntax, node, place);
}

function extensionScope(syntax: Syntax, node: number): string {
  return isExtension(syntax, node) ? syntax.textOf(syntax.child(node, "name")).replace(/<.*$/su, "") : "";
}

function callable(syntax: Syntax, node: number, place: Place): Found | undefined {
  const isMember = place.within !== undefined && !place.inFunction;
  return named(isMember ? "method" : "function")(syntax, node, place);
}

function unnamed(name: string): LanguageTable["definitions"][string] {
  return (syntax, node) => ({
    name,
    kind: "method",
    nameNode: -1,
    body: syntax.childOf(node, "function_body"),
  });
}

function property(syntax: Syntax, node: number, { inFunction }: Place): Found | undefined {
  const nameNode = syntax.child(syntax.child(node, "name"), "bound_identifier");
  if (inFunction || nameNode < 0) return undefined;
  const body = syntax.child(node, "computed_value");
  return { name: syntax.textOf(nameNode), kind: body < 0 ? "constant" : "method", nameNode, body };
}

function importDeclaration(syntax: Syntax, node: number): Omit<Import, "line">[] {
  const path = syntax.childOf(node, "identifier");
  return path < 0 ? [] : [{ source: syntax.textOf(path), names: [{ name: "*" }] }];
}
