import type { Node } from "jsonc-parser";

export interface Field {
  readonly name: string;
  readonly value: Node;
}

/** The fields of an object in their order; none for anything else. */
export function fieldsOf(node: Node): Field[] {
  if (node.type !== "object") return [];
  return (node.children ?? []).flatMap(({ children }) => {
    const [name, value] = children ?? [];
    return name === undefined || value === undefined ? [] : [{ name: String(name.value), value }];
  });
}

/** One field's value. */
export function fieldOf(node: Node, name: string): Node | undefined {
  return fieldsOf(node).find((field) => field.name === name)?.value;
}

/** The items of a list; none for anything else. */
export function itemsOf(node: Node): readonly Node[] {
  return node.type === "array" ? (node.children ?? []) : [];
}

/** What a value is, in a word for our sentences. */
export function kindOf(node: Node): string {
  return KINDS[node.type];
}

const KINDS: Readonly<Record<Node["type"], string>> = {
  object: "an object",
  array: "a list",
  string: "a text",
  number: "a number",
  boolean: "true or false",
  null: "null",
  property: "a property",
};
