import { named, type Found, type LanguageTable, type Place } from "../language.ts";
import type { Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

export const csharp: LanguageTable = {
  grammar: "csharp",
  definitions: {
    namespace_declaration: namespace,
    file_scoped_namespace_declaration: namespace,
    class_declaration: named("class"),
    struct_declaration: named("class"),
    record_declaration: named("class"),
    interface_declaration: named("interface"),
    enum_declaration: named("enum"),
    enum_member_declaration: named("constant", { body: "" }),
    delegate_declaration: named("type", { body: "" }),
    method_declaration: named("method"),
    constructor_declaration: named("method"),
    destructor_declaration: named("method"),
    operator_declaration: operator,
    indexer_declaration: operator,
    local_function_statement: named("function"),
    property_declaration: property,
    event_declaration: property,
    variable_declarator: field,
  },
  comments: ["comment"],
  decorators: ["attribute_list"],
  wrappers: ["variable_declaration", "field_declaration", "event_field_declaration"],
  functions: ["lambda_expression", "anonymous_method_expression"],
  calls: {
    invocation_expression: { callee: "function" },
    object_creation_expression: { callee: "type" },
    attribute: { callee: "name" },
    primary_constructor_base_type: { callee: "type" },
  },
  members: {
    member_access_expression: { object: "expression", name: "name" },
    member_binding_expression: { object: "", name: "name" },
    conditional_access_expression: { object: "condition", name: "#-1" },
    qualified_name: { object: "qualifier", name: "name" },
  },
  names: { identifier: "use" },
  typeFields: ["type", "returns"],
  contexts: { base_list: "inherit", type_argument_list: "type", type_parameter_constraints_clause: "type" },
  locals: {
    parameter: ["name"],
    implicit_parameter: [""],
    variable_declarator: ["name"],
    foreach_statement: ["left"],
    catch_declaration: ["name"],
    declaration_expression: ["name"],
    declaration_pattern: ["name"],
    var_pattern: ["name"],
    from_clause: ["name"],
    type_parameter: ["name"],
    tuple_pattern: ["name"],
  },
  own: /^(?:var|nameof|value|_)$/u,
  silent: { argument: "name", attribute_argument: "name" },
  imports: { using_directive: using },
  isExported: ({ words, kind, within }) =>
    /\b(?:public|internal|protected)\b/u.test(words) ||
    within === "interface" ||
    within === "enum" ||
    (within !== "class" && !/\bprivate\b/u.test(words) && kind !== "function"),
  docMarks: /<\/?[a-z]+(?:\s[^<>]*)?>/gu,
};

function namespace(syntax: Syntax, node: number): Found | undefined {
  const nameNode = syntax.child(node, "name");
  if (nameNode < 0) return undefined;
  const names = syntax.textOf(nameNode).replace(/\s+/gu, "").split(".");
  const name = names.pop() ?? "";
  return { name, kind: "module", nameNode, body: syntax.child(node, "body"), scope: names.join(".") };
}

function operator(syntax: Syntax, node: number): Found {
  const parameters = syntax.child(node, "parameters");
  const text = syntax.text.slice(syntax.startOf(node), syntax.startOf(parameters < 0 ? node : parameters));
  const name = /\boperator\s*\S+/u.exec(text)?.[0].replace(/\s+/gu, " ") ?? "this";
  const body = [syntax.child(node, "body"), syntax.child(node, "accessors")].find((each) => each >= 0) ?? -1;
  return { name, kind: "method", nameNode: -1, body };
}

/** Code where it computes something, else a field. */
function property(syntax: Syntax, node: number): Found | undefined {
  const nameNode = syntax.child(node, "name");
  if (nameNode < 0) return undefined;
  const name = syntax.textOf(nameNode);
  const arrow = syntax.childOf(node, "arrow_expression_clause");
  if (arrow >= 0) return { name, kind: "method", nameNode, body: arrow };
  const accessors = syntax.child(node, "accessors");
  const hasCode = syntax.children(accessors).some((each) => syntax.child(each, "body") >= 0);
  return { name, kind: hasCode ? "method" : "constant", nameNode, body: hasCode ? accessors : -1 };
}

function field(syntax: Syntax, node: number, { inFunction }: Place): Found | undefined {
  const holder = syntax.typeOf(syntax.parentOf(syntax.parentOf(node)));
  const nameNode = syntax.child(node, "name");
  if (inFunction || nameNode < 0 || !holder.endsWith("field_declaration")) return undefined;
  return { name: syntax.textOf(nameNode), kind: "constant", nameNode, body: -1 };
}

function using(syntax: Syntax, node: number): Omit<Import, "line">[] {
  const alias = syntax.child(node, "name");
  const path = syntax.children(node).find((each) => each !== alias) ?? -1;
  if (path < 0) return [];
  const name = alias < 0 ? { name: "*" } : { name: "*", alias: syntax.textOf(alias) };
  return [{ source: syntax.textOf(path).replace(/\s+/gu, ""), names: [name] }];
}
