import { unquoted, type LanguageTable } from "../language.ts";
import type { Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";
import { cDefinitions } from "./c-definitions.ts";

export const c: LanguageTable = {
  grammar: "c",
  definitions: cDefinitions,
  comments: ["comment"],
  decorators: ["attribute_declaration"],
  wrappers: ["template_declaration", "type_definition"],
  functions: ["lambda_expression"],
  calls: {
    call_expression: { callee: "function" },
    new_expression: { callee: "type" },
    field_initializer: {},
  },
  members: {
    field_expression: { object: "argument", name: "field" },
    qualified_identifier: { object: "scope", name: "name" },
  },
  names: { identifier: "use", type_identifier: "type" },
  contexts: { base_class_clause: "inherit", template_argument_list: "type" },
  locals: {
    parameter_declaration: ["declarator"],
    optional_parameter_declaration: ["declarator"],
    variadic_parameter_declaration: ["declarator"],
    declaration: ["declarator"],
    for_range_loop: ["declarator"],
    structured_binding_declarator: [""],
    type_parameter_declaration: [""],
    variadic_type_parameter_declaration: [""],
    optional_type_parameter_declaration: ["name"],
    preproc_params: [""],
  },
  own: /^(?:size_t|ssize_t|u?int(?:8|16|32|64|ptr)_t|NULL|sizeof|std)$/u,
  skipped: ["using_declaration"],
  imports: { preproc_include: include },
  isExported: ({ words }) => !/\bstatic\b/u.test(words),
};

export const cpp: LanguageTable = { ...c, grammar: "cpp" };

function include(syntax: Syntax, node: number): Omit<Import, "line">[] {
  const path = syntax.child(node, "path");
  return path < 0 ? [] : [{ source: unquoted(syntax.textOf(path)), names: [{ name: "*" }] }];
}
