import { named, unquoted, type Found, type LanguageTable } from "../language.ts";
import type { Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

type Imported = Omit<Import, "line">;

export const php: LanguageTable = {
  grammar: "php",
  definitions: {
    namespace_definition: namespace,
    class_declaration: named("class"),
    trait_declaration: named("class"),
    interface_declaration: named("interface"),
    enum_declaration: named("enum"),
    enum_case: named("constant", { body: "" }),
    function_definition: named("function"),
    method_declaration: named("method"),
    const_element: constant,
    property_element: property,
    property_promotion_parameter: property,
  },
  comments: ["comment"],
  decorators: ["attribute_list"],
  wrappers: ["const_declaration", "property_declaration"],
  functions: ["anonymous_function", "arrow_function"],
  calls: {
    function_call_expression: { callee: "function" },
    member_call_expression: { name: "name", object: "object" },
    nullsafe_member_call_expression: { name: "name", object: "object" },
    scoped_call_expression: { name: "name", object: "scope" },
    object_creation_expression: {},
    attribute: {},
  },
  members: {
    member_access_expression: { object: "object", name: "name" },
    nullsafe_member_access_expression: { object: "object", name: "name" },
    scoped_property_access_expression: { object: "scope", name: "name" },
    class_constant_access_expression: { object: "#0", name: "#1" },
    qualified_name: { object: "prefix", name: "#-1" },
  },
  names: { name: "use" },
  contexts: {
    named_type: "type",
    base_clause: "inherit",
    class_interface_clause: "inherit",
    use_declaration: "inherit",
  },
  locals: {},
  silent: { argument: "name" },
  skipped: ["variable_name", "namespace_name"],
  own: /^(?:self|static|parent|true|false|null)$/iu,
  imports: {
    namespace_use_declaration: useDeclaration,
    include_expression: include,
    include_once_expression: include,
    require_expression: include,
    require_once_expression: include,
  },
  isExported: ({ words }) => !/\bprivate\b/u.test(words),
};

function namespace(syntax: Syntax, node: number): Found | undefined {
  const nameNode = syntax.child(node, "name");
  if (nameNode < 0) return undefined;
  const names = syntax.textOf(nameNode).split("\\");
  const name = names.pop() ?? "";
  return { name, kind: "module", nameNode, body: syntax.child(node, "body"), scope: names.join(".") };
}

function constant(syntax: Syntax, node: number): Found | undefined {
  const nameNode = syntax.childOf(node, "name");
  return nameNode < 0 ? undefined : { name: syntax.textOf(nameNode), kind: "constant", nameNode, body: -1 };
}

function property(syntax: Syntax, node: number): Found | undefined {
  const nameNode = syntax.child(node, "name");
  if (nameNode < 0) return undefined;
  return { name: syntax.textOf(nameNode).replace(/^\$/u, ""), kind: "constant", nameNode, body: -1 };
}

function useDeclaration(syntax: Syntax, node: number): Imported[] {
  const prefix = syntax.childOf(node, "namespace_name");
  const group = syntax.childOf(node, "namespace_use_group");
  const before = prefix < 0 ? "" : `${syntax.textOf(prefix)}\\`;
  return syntax.children(group < 0 ? node : group).flatMap((each) => {
    if (syntax.typeOf(each) !== "namespace_use_clause") return [];
    const alias = syntax.child(each, "alias");
    const path = syntax.children(each).find((part) => part !== alias) ?? -1;
    const source = before + syntax.textOf(path).replace(/^\\/u, "");
    const name = source.slice(source.lastIndexOf("\\") + 1);
    return [{ source, names: [alias < 0 ? { name } : { name, alias: syntax.textOf(alias) }] }];
  });
}

function include(syntax: Syntax, node: number): Imported[] {
  const text = syntax.textOf(node).slice(0, 300);
  const path = /(["'])([^"'$]+)\1\s*\)?$/u.exec(text)?.[2];
  return path === undefined ? [] : [{ source: unquoted(path).replace(/^\//u, "./"), names: [{ name: "*" }] }];
}
