import { named, unquoted, type Define, type Found, type LanguageTable, type Place } from "../language.ts";
import { goTyping } from "./go-typing.ts";
import type { DefinitionKind, Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

const TYPES: Readonly<Record<string, DefinitionKind>> = { struct_type: "class", interface_type: "interface" };

export const go: LanguageTable = {
  grammar: "go",
  definitions: {
    function_declaration: named("function"),
    method_declaration: method,
    type_spec: type,
    type_alias: named("type", { body: "" }),
    const_spec: constant,
    var_spec: constant,
    field_declaration: member(),
    method_elem: member("method"),
  },
  comments: ["comment"],
  decorators: [],
  wrappers: ["type_declaration", "const_declaration", "var_declaration", "var_spec_list"],
  functions: ["func_literal"],
  calls: { call_expression: { callee: "function" } },
  members: {
    selector_expression: { object: "operand", name: "field" },
    qualified_type: { object: "package", name: "name" },
  },
  names: { identifier: "use", type_identifier: "type" },
  contexts: {},
  inherits: { field_declaration: embedded, type_elem: embeddedInterface },
  own: /^(?:string|u?int(?:8|16|32|64)?|uintptr|byte|rune|bool|error|any|float(?:32|64)|comparable|len|cap|append|make|new|panic|copy|delete|close|iota)$/u,
  locals: {
    parameter_declaration: ["name"],
    variadic_parameter_declaration: ["name"],
    short_var_declaration: ["left"],
    range_clause: ["left"],
    receive_statement: ["left"],
    var_spec: ["name"],
    const_spec: ["name"],
    type_switch_statement: ["alias"],
    type_case: [],
    type_parameter_declaration: ["name"],
  },
  typing: goTyping,
  imports: { import_spec: importSpec },
  isExported: ({ name }) => /^\p{Lu}/u.test(name),
};

function method(syntax: Syntax, node: number): Found | undefined {
  const nameNode = syntax.child(node, "name");
  const receiver = syntax.child(node, "receiver");
  if (nameNode < 0) return undefined;
  const scope = /(\w+)(?:\[[^)]*\])?\s*,?\s*\)$/u.exec(syntax.textOf(receiver).slice(-300))?.[1] ?? "";
  return { name: syntax.textOf(nameNode), kind: "method", nameNode, body: syntax.child(node, "body"), scope };
}

function type(syntax: Syntax, node: number): Found | undefined {
  const nameNode = syntax.child(node, "name");
  const value = syntax.child(node, "type");
  if (nameNode < 0) return undefined;
  const kind = TYPES[syntax.typeOf(value)] ?? "type";
  return {
    name: syntax.textOf(nameNode),
    kind,
    nameNode,
    body: syntax.childOf(value, "field_declaration_list"),
  };
}

function constant(syntax: Syntax, node: number, { inFunction }: Place): Found | undefined {
  const nameNode = syntax.child(node, "name");
  if (inFunction || nameNode < 0) return undefined;
  const name = syntax.textOf(nameNode);
  return name === "_" ? undefined : { name, kind: "constant", nameNode, body: -1 };
}

function member(kind: DefinitionKind = "constant"): Define {
  return (syntax, node, { inFunction }) => {
    const nameNode = syntax.child(node, "name");
    if (inFunction || nameNode < 0) return undefined;
    return { name: syntax.textOf(nameNode), kind, nameNode, body: -1 };
  };
}

/** A field without a name is what the struct takes everything from. */
function embedded(syntax: Syntax, node: number): number {
  return syntax.child(node, "name") < 0 ? syntax.child(node, "type") : -1;
}

function embeddedInterface(syntax: Syntax, node: number): number {
  return syntax.typeOf(syntax.parentOf(node)) === "interface_type" ? node : -1;
}

function importSpec(syntax: Syntax, node: number): Omit<Import, "line">[] {
  const path = syntax.child(node, "path");
  const name = syntax.child(node, "name");
  if (path < 0) return [];
  const alias = name < 0 ? "_" : syntax.textOf(name);
  const names = alias === "_" ? [] : alias === "." ? [{ name: "*" }] : [{ name: "*", alias }];
  return [{ source: unquoted(syntax.textOf(path)), names }];
}
