import { inField, named, type Found, type LanguageTable, type Place } from "../language.ts";
import type { Syntax } from "../syntax.ts";
import { externCrate, useDeclaration } from "./rust-imports.ts";

export const rust: LanguageTable = {
  grammar: "rust",
  definitions: {
    function_item: callable,
    function_signature_item: callable,
    struct_item: named("class"),
    union_item: named("class"),
    enum_item: named("enum"),
    trait_item: named("interface"),
    type_item: named("type", { body: "" }),
    associated_type: named("type", { body: "" }),
    const_item: variable,
    static_item: variable,
    mod_item: named("module"),
    macro_definition: named("macro", { body: "" }),
    field_declaration: named("constant", { body: "" }),
    enum_variant: named("constant"),
  },
  comments: ["line_comment", "block_comment"],
  decorators: ["attribute_item"],
  wrappers: [],
  functions: ["closure_expression"],
  scopes: { impl_item: implScope },
  calls: { call_expression: { callee: "function" }, macro_invocation: { callee: "macro" } },
  members: {
    field_expression: { object: "value", name: "field" },
    scoped_identifier: { object: "path", name: "name" },
    scoped_type_identifier: { object: "path", name: "name" },
  },
  names: { identifier: "use", type_identifier: "type", shorthand_field_identifier: "use" },
  contexts: { type_arguments: "type" },
  inherits: { impl_item: inField("trait"), trait_item: inField("bounds") },
  skipped: ["attribute_item", "inner_attribute_item"],
  own: /^(?:Self|self|super|crate|Some|None|Ok|Err)$/u,
  locals: {
    parameter: ["pattern"],
    closure_parameters: [""],
    let_declaration: ["pattern"],
    let_condition: ["pattern"],
    for_expression: ["pattern"],
    match_arm: ["pattern"],
    type_parameter: ["name"],
    const_parameter: ["name"],
  },
  localNames: /^[\p{Ll}_]/u,
  imports: { use_declaration: useDeclaration, extern_crate_declaration: externCrate },
  isExported: ({ words, within, kind }) =>
    /\bpub\b/u.test(words) || within === "interface" || within === "enum" || kind === "macro",
};

function callable(syntax: Syntax, node: number, place: Place): Found | undefined {
  const isMember = place.within === "class" || place.within === "interface";
  const found = named(isMember ? "method" : "function")(syntax, node, place);
  // what a trait asks for is as visible as the trait
  const isOfTrait = syntax.child(syntax.parentOf(syntax.parentOf(node)), "trait") >= 0;
  return found !== undefined && isOfTrait ? { ...found, exported: true } : found;
}

function variable(syntax: Syntax, node: number, place: Place): Found | undefined {
  return place.inFunction ? undefined : named("constant", { body: "" })(syntax, node, place);
}

function implScope(syntax: Syntax, node: number): string {
  const type = syntax.child(node, "type");
  if (type < 0) return "";
  return /[\p{L}_][\p{L}\p{N}_]*(?=(?:<|$))/u.exec(syntax.textOf(type).slice(0, 200))?.[0] ?? "";
}
