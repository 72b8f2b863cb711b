import { unquoted, type LanguageTable } from "../language.ts";
import type { Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";
import { cDefinitions } from "./c-definitions.ts";

/**
 * Macros that open or close a namespace or the like, alone on their line: what comes next would be read as one declaration
 * with them. Before a brace they are the head of a function. Counted, so that no line makes it try much.
 */
const FRAMES =
  /^_*(?:[A-Z0-9]+_+){0,6}(?:BEGIN|END|PUSH|POP)(?:_+[A-Z0-9]+){0,6}(?:[ \t]*\([^()\n]{0,80}\))?[ \t]*\r?$(?!\s*\{)/gmu;

export const c: LanguageTable = {
  grammar: "c",
  hidden: FRAMES,
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
