import type { Bound, Part, Typing } from "../language.ts";
import type { Syntax } from "../syntax.ts";

/** How Go writes what type a value has. */
export const goTyping: Typing = {
  scopes: [
    "function_declaration",
    "method_declaration",
    "func_literal",
    "function_type",
    "method_elem",
    "type_spec",
    "block",
    "if_statement",
    "for_statement",
    "expression_switch_statement",
    "type_switch_statement",
    "expression_case",
    "type_case",
    "default_case",
    "communication_case",
  ],
  binds: {
    parameter_declaration: declared,
    variadic_parameter_declaration: unknown("name"),
    type_parameter_declaration: unknown("name"),
    const_spec: unknown("name"),
    var_spec: declared,
    short_var_declaration: assigned,
    receive_statement: assigned,
    range_clause: ranged,
    type_switch_statement: (syntax, node) =>
      names(syntax, syntax.child(node, "alias")).map((name) => ({ name })),
    type_case: ofCase,
  },
  typed: {
    composite_literal: (syntax, node) => syntax.child(node, "type"),
    type_assertion_expression: (syntax, node) => syntax.child(node, "type"),
    type_conversion_expression: (syntax, node) => syntax.child(node, "type"),
    call_expression: made,
  },
  parts: {
    call_expression: appended,
    parenthesized_expression: (_, node) => ({ node: node + 1 }),
    slice_expression: (syntax, node) => ({ node: syntax.child(node, "operand") }),
    index_expression: (syntax, node) => ({ node: syntax.child(node, "operand"), isItem: true }),
    // `&x`, `*x`, `<-channel`
    unary_expression: (syntax, node) => ({ node: node + 1, isItem: syntax.textOf(node).startsWith("<-") }),
  },
};

function inField(syntax: Syntax, node: number, field: string): number[] {
  const id = syntax.vocabulary?.field(field) ?? -1;
  return syntax.children(node).filter((each) => syntax.fields[each] === id);
}

/** Of a list, or of one name alone. */
function names(syntax: Syntax, node: number): number[] {
  return node < 0 ? [] : syntax.isLeaf(node) ? [node] : syntax.children(node);
}

function unknown(field: string): (syntax: Syntax, node: number) => Bound[] {
  return (syntax, node) => inField(syntax, node, field).map((name) => ({ name }));
}

function declared(syntax: Syntax, node: number): Bound[] {
  const found = inField(syntax, node, "name");
  const type = syntax.child(node, "type");
  if (type >= 0) return found.map((name) => ({ name, type }));
  return valued(syntax, found, names(syntax, syntax.child(node, "value")));
}

function assigned(syntax: Syntax, node: number): Bound[] {
  const right = syntax.child(node, "right");
  const values = syntax.typeOf(right) === "expression_list" ? syntax.children(right) : [right];
  return valued(syntax, names(syntax, syntax.child(node, "left")), values);
}

function valued(syntax: Syntax, left: readonly number[], values: readonly number[]): Bound[] {
  const [first] = values;
  const isOne = values.length === 1 && left.length > 1 && first !== undefined;
  if (!isOne)
    return left.map((name, at) => ({ name, ...(values[at] !== undefined && { value: values[at] }) }));
  // of `value, ok :=` the first is what it is without the other
  const isCall = syntax.typeOf(first) === "call_expression";
  return left.map((name, part) =>
    isCall ? { name, value: first, part } : part === 0 ? { name, value: first } : { name },
  );
}

/** Of a list or map the second is what is in it; one name alone is a number, a key, or what a channel gives. */
function ranged(syntax: Syntax, node: number): Bound[] {
  const value = syntax.child(node, "right");
  return names(syntax, syntax.child(node, "left")).map((name, at) =>
    at === 1 ? { name, value, part: "item" } : { name },
  );
}

/** In a case of one type alone the switch's name has it. */
function ofCase(syntax: Syntax, node: number): Bound[] {
  const [type, ...others] = inField(syntax, node, "type");
  const alias = syntax.child(syntax.parentOf(node), "alias");
  if (type === undefined || others.length > 0 || syntax.textOf(type) === "nil") return [];
  return names(syntax, alias).map((name) => ({ name, type }));
}

/** `new(T)`, `make(T, 1)`. */
function made(syntax: Syntax, node: number): number {
  const callee = syntax.textOf(syntax.child(node, "function"));
  if (callee !== "new" && callee !== "make") return -1;
  const [type] = syntax.children(syntax.child(node, "arguments"));
  return type ?? -1;
}

/** `append(list, x)` is as its list. */
function appended(syntax: Syntax, node: number): Part | undefined {
  if (syntax.textOf(syntax.child(node, "function")) !== "append") return undefined;
  const [list] = syntax.children(syntax.child(node, "arguments"));
  return { node: list ?? -1 };
}
