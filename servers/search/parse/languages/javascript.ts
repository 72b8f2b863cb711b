import type { Head, LanguageTable } from "../language.ts";
import { javascriptDefinitions } from "./javascript-definitions.ts";
import {
  exportedNames,
  exportFrom,
  importStatement,
  moduleExports,
  requireCall,
} from "./javascript-imports.ts";

/** JavaScript with JSX. */
export const javascript: LanguageTable = {
  grammar: "javascript",
  definitions: javascriptDefinitions,
  comments: ["comment", "html_comment"],
  decorators: ["decorator"],
  wrappers: [
    "export_statement",
    "lexical_declaration",
    "variable_declaration",
    "expression_statement",
    "ambient_declaration",
  ],
  functions: ["arrow_function", "function_expression", "generator_function"],
  calls: {
    call_expression: { callee: "function" },
    new_expression: { callee: "constructor" },
    decorator: {},
    jsx_opening_element: { callee: "name", only: /^\p{Lu}/u },
    jsx_self_closing_element: { callee: "name", only: /^\p{Lu}/u },
  },
  members: {
    member_expression: { object: "object", name: "property" },
    nested_identifier: { object: "object", name: "property" },
    nested_type_identifier: { object: "module", name: "name" },
  },
  names: { identifier: "use", shorthand_property_identifier: "use", type_identifier: "type" },
  contexts: {
    class_heritage: "inherit",
    extends_clause: "inherit",
    implements_clause: "inherit",
    extends_type_clause: "inherit",
    type_arguments: "type",
    type_query: "use",
  },
  locals: {
    formal_parameters: [""],
    required_parameter: ["pattern", "name"],
    optional_parameter: ["pattern", "name"],
    arrow_function: ["parameter"],
    variable_declarator: ["name"],
    for_in_statement: ["left"],
    catch_clause: ["parameter"],
    type_parameter: ["name"],
    mapped_type_clause: ["name"],
    index_signature: ["name"],
    infer_type: [""],
    type_predicate: ["name"],
  },
  silent: { export_specifier: "alias", jsx_closing_element: "name" },
  own: /^(?:undefined|arguments|exports|module|require|super|this)$/u,
  imports: {
    import_statement: importStatement,
    export_statement: exportFrom,
    call_expression: requireCall,
  },
  exports: { export_statement: exportedNames, assignment_expression: moduleExports },
  isExported,
};

export const typescript: LanguageTable = { ...javascript, grammar: "typescript" };

export const tsx: LanguageTable = { ...javascript, grammar: "tsx" };

function isExported({ words, name, within, wrapped }: Head): boolean {
  if (wrapped.includes("export_statement") || wrapped.includes("ambient_declaration")) return true;
  if (within === undefined) return false;
  return !name.startsWith("#") && !/\bprivate\b/u.test(words) && within !== "function" && within !== "method";
}
