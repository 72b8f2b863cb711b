import { named, type Found, type LanguageTable, type Place } from "../language.ts";
import type { Import } from "../shapes.ts";
import type { Syntax } from "../syntax.ts";

export const scala: LanguageTable = {
  grammar: "scala",
  longest: 100_000,
  definitions: {
    class_definition: named("class"),
    object_definition: named("class"),
    package_object: named("module"),
    trait_definition: named("interface"),
    enum_definition: named("enum"),
    simple_enum_case: named("constant"),
    full_enum_case: named("constant"),
    function_definition: callable,
    function_declaration: callable,
    given_definition: named("constant"),
    type_definition: named("type", { body: "" }),
    val_definition: value("pattern"),
    var_definition: value("pattern"),
    val_declaration: value("name"),
    var_declaration: value("name"),
  },
  comments: ["comment", "block_comment"],
  decorators: ["annotation"],
  wrappers: [],
  functions: ["lambda_expression"],
  scopes: { package_clause: packageScope },
  calls: {
    call_expression: { callee: "function" },
    instance_expression: {},
    infix_expression: { name: "operator", object: "left", only: /^\p{L}/u },
    annotation: { callee: "name" },
  },
  members: {
    field_expression: { object: "value", name: "field" },
    stable_identifier: { object: "#0", name: "#-1" },
    stable_type_identifier: { object: "#0", name: "#-1" },
  },
  names: { identifier: "use", type_identifier: "type" },
  contexts: {
    extends_clause: "inherit",
    derives_clause: "inherit",
    type_arguments: "type",
    arguments: "use",
  },
  locals: {
    parameter: ["name"],
    class_parameter: ["name"],
    lambda_expression: ["parameters"],
    binding: ["name"],
    val_definition: ["pattern"],
    var_definition: ["pattern"],
    type_parameters: ["name"],
    typed_pattern: ["pattern"],
    capture_pattern: ["name"],
    enumerator: ["pattern"],
  },
  localNames: /^[\p{Ll}_]/u,
  own: /^(?:String|Int|Long|Double|Float|Boolean|Char|Byte|Short|Unit|Any|AnyRef|Nothing|this|super)$/u,
  skipped: ["package_identifier"],
  imports: { import_declaration: importDeclaration },
  isExported: ({ words }) => !/\bprivate\b/u.test(words),
};

function callable(syntax: Syntax, node: number, place: Place): Found | undefined {
  const isMember = place.within !== undefined && !place.inFunction;
  return named(isMember ? "method" : "function")(syntax, node, place);
}

function value(field: string): LanguageTable["definitions"][string] {
  return (syntax, node, { inFunction }) => {
    const nameNode = syntax.child(node, field);
    if (inFunction || nameNode < 0 || syntax.typeOf(nameNode) !== "identifier") return undefined;
    return { name: syntax.textOf(nameNode), kind: "constant", nameNode, body: -1 };
  };
}

/** A package with braces; without them it is the file's and no scope. */
function packageScope(syntax: Syntax, node: number): string {
  const name = syntax.child(node, "body") < 0 ? -1 : syntax.child(node, "name");
  return name < 0 ? "" : syntax.textOf(name).replace(/\s+/gu, "");
}

function importDeclaration(syntax: Syntax, node: number): Omit<Import, "line">[] {
  const selectors = syntax.childOf(node, "namespace_selectors");
  const wildcard = syntax.childOf(node, "namespace_wildcard");
  const end = selectors >= 0 ? selectors : wildcard;
  const written = syntax.text.slice(syntax.startOf(node), end < 0 ? syntax.endOf(node) : syntax.startOf(end));
  const path = written
    .replace(/^import\s+/u, "")
    .replace(/\s+/gu, "")
    .replace(/\.$/u, "");
  if (selectors >= 0)
    return [{ source: path, names: syntax.children(selectors).map((each) => selected(syntax, each)) }];
  if (wildcard >= 0) return [{ source: path, names: [{ name: "*" }] }];
  return [{ source: path, names: [{ name: path.slice(path.lastIndexOf(".") + 1) }] }];
}

function selected(syntax: Syntax, node: number): { name: string; alias?: string } {
  const [name, alias] = [syntax.child(node, "name"), syntax.child(node, "alias")];
  if (name >= 0 && alias >= 0) return { name: syntax.textOf(name), alias: syntax.textOf(alias) };
  return { name: syntax.typeOf(node) === "namespace_wildcard" ? "*" : syntax.textOf(node) };
}
