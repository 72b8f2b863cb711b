import { named, type Found, type LanguageTable, type Place } from "../language.ts";
import type { Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

export const kotlin: LanguageTable = {
  grammar: "kotlin",
  longest: 100_000,
  definitions: {
    class_declaration: type,
    object_declaration: withBody("class", "class_body"),
    function_declaration: callable,
    secondary_constructor: (syntax, node) => ({
      name: "constructor",
      kind: "method",
      nameNode: -1,
      body: syntax.childOf(node, "block"),
    }),
    property_declaration: property,
    enum_entry: first("constant"),
    type_alias: named("type", { name: "type", body: "" }),
  },
  comments: ["line_comment", "block_comment"],
  decorators: ["annotation"],
  wrappers: [],
  functions: ["lambda_literal", "anonymous_function"],
  calls: { call_expression: {} },
  members: { navigation_expression: { object: "#0", name: "#-1" } },
  names: { identifier: "use" },
  contexts: {
    delegation_specifiers: "inherit",
    function_value_parameters: "type",
    class_parameters: "type",
    variable_declaration: "type",
    nullable_type: "type",
    type_arguments: "type",
    annotation: "type",
  },
  locals: {
    parameter: [""],
    class_parameter: [""],
    variable_declaration: [""],
    type_parameter: [""],
  },
  // a parameter's type stands beside its name
  localNames: /^(?:[a-z_]|[A-Z]$)/u,
  own: /^(?:String|Int|Long|Boolean|Double|Float|Char|Byte|Short|Unit|Any|Nothing|this|super|it|null|true|false)$/u,
  skipped: ["package_header"],
  imports: { import: importDirective },
  isExported: ({ words }) => !/\bprivate\b/u.test(words),
};

function type(syntax: Syntax, node: number, place: Place): Found | undefined {
  if (syntax.childOf(node, "enum_class_body") >= 0)
    return withBody("enum", "enum_class_body")(syntax, node, place);
  const head = syntax.textOf(node).slice(0, 1_000).split("{")[0] ?? "";
  return withBody(/\binterface\b/u.test(head) ? "interface" : "class", "class_body")(syntax, node, place);
}

function callable(syntax: Syntax, node: number, place: Place): Found | undefined {
  const isMember = place.within !== undefined && !place.inFunction;
  return withBody(isMember ? "method" : "function", "function_body")(syntax, node, place);
}

function withBody(kind: Found["kind"], body: string): LanguageTable["definitions"][string] {
  return (syntax, node, place) => {
    const found = named(kind)(syntax, node, place);
    return found === undefined ? undefined : { ...found, body: syntax.childOf(node, body) };
  };
}

function first(kind: Found["kind"]): LanguageTable["definitions"][string] {
  return (syntax, node) => {
    const nameNode = syntax.childOf(node, "identifier");
    return nameNode < 0 ? undefined : { name: syntax.textOf(nameNode), kind, nameNode, body: -1 };
  };
}

function property(syntax: Syntax, node: number, { inFunction }: Place): Found | undefined {
  const variable = syntax.childOf(node, "variable_declaration");
  const nameNode = variable < 0 ? -1 : syntax.childOf(variable, "identifier");
  if (inFunction || nameNode < 0) return undefined;
  const body = syntax.childOf(node, "getter");
  return { name: syntax.textOf(nameNode), kind: body < 0 ? "constant" : "method", nameNode, body };
}

function importDirective(syntax: Syntax, node: number): Omit<Import, "line">[] {
  const path = syntax.childOf(node, "qualified_identifier", "identifier");
  if (path < 0) return [];
  const source = syntax.textOf(path).replaceAll(/\s+/gu, "");
  const rest = syntax.textOf(node).slice(syntax.endOf(path) - syntax.startOf(node));
  if (/^\s*\.\s*\*/u.test(rest)) return [{ source, names: [{ name: "*" }] }];
  const alias = /^\s*as\s+(\w+)/u.exec(rest)?.[1];
  const name = source.slice(source.lastIndexOf(".") + 1);
  return [{ source, names: [{ name, ...(alias === undefined ? {} : { alias }) }] }];
}
