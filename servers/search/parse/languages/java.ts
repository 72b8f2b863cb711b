import { named, type Found, type LanguageTable, type Place } from "../language.ts";
import type { Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

export const java: LanguageTable = {
  grammar: "java",
  definitions: {
    class_declaration: named("class"),
    record_declaration: named("class"),
    interface_declaration: named("interface"),
    annotation_type_declaration: named("interface"),
    enum_declaration: named("enum"),
    enum_constant: named("constant"),
    method_declaration: named("method"),
    constructor_declaration: named("method"),
    compact_constructor_declaration: named("method"),
    annotation_type_element_declaration: named("method", { body: "" }),
    variable_declarator: field,
  },
  comments: ["line_comment", "block_comment"],
  decorators: ["annotation", "marker_annotation"],
  wrappers: ["field_declaration", "constant_declaration"],
  functions: ["lambda_expression"],
  calls: {
    method_invocation: { name: "name", object: "object" },
    object_creation_expression: { callee: "type" },
    annotation: { callee: "name" },
    marker_annotation: { callee: "name" },
  },
  members: {
    field_access: { object: "object", name: "field" },
    scoped_identifier: { object: "scope", name: "name" },
  },
  names: { identifier: "use", type_identifier: "type" },
  contexts: {
    superclass: "inherit",
    super_interfaces: "inherit",
    extends_interfaces: "inherit",
    type_arguments: "type",
  },
  locals: {
    formal_parameter: ["name"],
    spread_parameter: [""],
    catch_formal_parameter: ["name"],
    variable_declarator: ["name"],
    enhanced_for_statement: ["name"],
    resource: ["name"],
    lambda_expression: ["parameters"],
    instanceof_expression: ["name"],
    type_pattern: [""],
    record_pattern_component: [""],
    type_parameter: [""],
  },
  silent: { element_value_pair: "key" },
  skipped: ["package_declaration"],
  own: /^(?:var|String|Object)$/u,
  imports: { import_declaration: importDeclaration },
  isExported: ({ words }) => !/\bprivate\b/u.test(words),
};

function field(syntax: Syntax, node: number, { inFunction }: Place): Found | undefined {
  const holder = syntax.typeOf(syntax.parentOf(node));
  const nameNode = syntax.child(node, "name");
  if (inFunction || nameNode < 0 || !/^(?:field|constant)_declaration$/u.test(holder)) return undefined;
  return { name: syntax.textOf(nameNode), kind: "constant", nameNode, body: -1 };
}

function importDeclaration(syntax: Syntax, node: number): Omit<Import, "line">[] {
  const path = syntax.childOf(node, "scoped_identifier", "identifier");
  if (path < 0) return [];
  const source = syntax.textOf(path).replace(/\s+/gu, "");
  const name = syntax.childOf(node, "asterisk") < 0 ? source.slice(source.lastIndexOf(".") + 1) : "*";
  return [{ source, names: [{ name }] }];
}
