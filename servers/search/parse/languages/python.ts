import { inField, named, type Found, type LanguageTable, type Place } from "../language.ts";
import type { Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

export const python: LanguageTable = {
  grammar: "python",
  definitions: {
    function_definition: callable,
    class_definition: named("class"),
    assignment,
    type_alias_statement: named("type", { name: "left", body: "" }),
  },
  comments: ["comment"],
  decorators: ["decorator"],
  wrappers: ["decorated_definition", "expression_statement"],
  functions: ["lambda"],
  calls: { call: { callee: "function" }, decorator: {} },
  members: { attribute: { object: "object", name: "attribute" } },
  names: { identifier: "use" },
  contexts: { type: "type" },
  inherits: { class_definition: inField("superclasses") },
  own: /^(?:self|cls|super|int|str|bool|float|bytes|list|dict|tuple|set|object|len|print|isinstance|range|__name__)$/u,
  locals: {
    parameters: [""],
    lambda_parameters: [""],
    typed_parameter: [""],
    default_parameter: ["name"],
    typed_default_parameter: ["name"],
    assignment: ["left"],
    augmented_assignment: ["left"],
    for_statement: ["left"],
    for_in_clause: ["left"],
    as_pattern_target: [""],
    named_expression: ["name"],
    type_parameter: [""],
  },
  silent: { keyword_argument: "name" },
  imports: {
    import_statement: plainImport,
    import_from_statement: fromImport,
    future_import_statement: futureImport,
  },
  isExported: ({ name }) => !name.startsWith("_") || /^__\w+__$/u.test(name),
  innerDoc,
};

function callable(syntax: Syntax, node: number, { within }: Place): Found | undefined {
  return named(within === "class" ? "method" : "function")(syntax, node, { within, inFunction: false });
}

/** Variables of a module or class, given their first value there. */
function assignment(syntax: Syntax, node: number, { inFunction }: Place): Found | undefined {
  const left = syntax.child(node, "left");
  if (inFunction || left < 0 || syntax.typeOf(left) !== "identifier") return undefined;
  const value = syntax.child(node, "right");
  const name = syntax.textOf(left);
  if (value < 0 || syntax.typeOf(value) !== "lambda")
    return { name, kind: "constant", nameNode: left, body: -1 };
  return { name, kind: "function", nameNode: left, body: syntax.child(value, "body"), value };
}

function plainImport(syntax: Syntax, node: number): Omit<Import, "line">[] {
  return syntax.children(node).map((each) => {
    const alias = syntax.child(each, "alias");
    if (alias < 0) return { source: syntax.textOf(each), names: [] };
    const source = syntax.textOf(syntax.child(each, "name"));
    return { source, names: [{ name: "*", alias: syntax.textOf(alias) }] };
  });
}

function fromImport(syntax: Syntax, node: number): Omit<Import, "line">[] {
  const source = syntax.child(node, "module_name");
  const names = syntax.children(node).flatMap((each) => {
    if (each === source) return [];
    if (syntax.typeOf(each) === "wildcard_import") return [{ name: "*" }];
    const alias = syntax.child(each, "alias");
    if (alias < 0) return syntax.typeOf(each) === "dotted_name" ? [{ name: syntax.textOf(each) }] : [];
    return [{ name: syntax.textOf(syntax.child(each, "name")), alias: syntax.textOf(alias) }];
  });
  return source < 0 ? [] : [{ source: syntax.textOf(source), names }];
}

function futureImport(syntax: Syntax, node: number): Omit<Import, "line">[] {
  return [
    { source: "__future__", names: syntax.children(node).map((each) => ({ name: syntax.textOf(each) })) },
  ];
}

function innerDoc(syntax: Syntax, body: number): number {
  const first = syntax.children(body).find((each) => syntax.typeOf(each) !== "comment") ?? -1;
  if (first < 0) return -1;
  if (syntax.typeOf(first) === "string") return first;
  return syntax.typeOf(first) === "expression_statement"
    ? syntax.childOf(first, "string", "concatenated_string")
    : -1;
}
