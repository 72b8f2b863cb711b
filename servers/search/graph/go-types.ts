const MAX_SIGNATURE = 200;
const OWN =
  /^\**(?:string|u?int(?:8|16|32|64)?|uintptr|byte|rune|bool|error|any|float(?:32|64)|complex(?:64|128))$/u;

/** The type that a Go function gives, or the one of this place where it gives several; undefined when that is not to be seen. */
export function goResult(signature: string, name: string, place = 0): string | undefined {
  // it may be cut
  if (signature.length >= MAX_SIGNATURE) return undefined;
  // an interface's method has no `func` before it
  const [start] = /^(?:func\s*(?:\([^)]*\)\s*)?)?/u.exec(signature) ?? [""];
  if (!signature.startsWith(name, start.length)) return undefined;
  let at = start.length + name.length;
  if (signature[at] === "[") at = closing(signature, at) + 1;
  if (signature[at] !== "(") return undefined;
  const result = signature.slice(closing(signature, at) + 1).trim();
  const given = result.startsWith("(") ? typesIn(result.slice(1, closing(result, 0))) : [result];
  return given[place] === "" ? undefined : given[place];
}

/** What another name stands for: `type A = b.C`. */
export function goAlias(signature: string, name: string): string | undefined {
  const found = new RegExp(String.raw`^(?:type )?${name} = (.+)$`, "u").exec(signature);
  return signature.length >= MAX_SIGNATURE ? undefined : found?.[1];
}

/** A type of the language itself. */
export function isGoOwn(type: string): boolean {
  return OWN.test(type);
}

/** A type whose members are written where it is used. */
export function isGoUnnamed(type: string): boolean {
  return /^\**(?:interface|struct)\s*\{/u.test(type);
}

/** What is written behind a name: `x *T` of a field or variable, `T []S` of a type. */
export function goDeclared(signature: string, name: string): string | undefined {
  if (signature.length >= MAX_SIGNATURE) return undefined;
  const found = new RegExp(
    String.raw`^(?:var |type |const )?(?:\w+, ?)*${name}(?:, ?\w+)* (?!=)(.+)$`,
    "u",
  ).exec(signature);
  // a field's tag, a variable's value
  return found?.[1]?.replace(/\s*(?:[`"].*|=.*)$/u, "");
}

/** What a list, map or channel holds. */
export function goItem(type: string): string | undefined {
  const plain = type.replace(/^\*/u, "");
  if (plain.startsWith("[")) return plain.slice(closing(plain, 0) + 1);
  if (plain.startsWith("map[")) return plain.slice(closing(plain, 3) + 1);
  return /^(?:<-\s*)?chan(?:\s*<-)?\s*(\S.*)$/u.exec(plain)?.[1];
}

/** The name of a type, and of its package: of pointers what they lead to. */
export function goName(type: string): { readonly name: string; readonly module?: string } | undefined {
  const [, module, name] = /^[*\s]*(?:(\w+)\.)?(\w+)(?:\[.*\])?$/u.exec(type) ?? [];
  if (name === undefined) return undefined;
  return module === undefined ? { name } : { name, module };
}

/** `a, b *T, err error`: a name without a type has the next one's. */
function typesIn(list: string): string[] {
  const parts = split(list);
  const isNamed = parts.some(
    (part) => /^\w+ (?!chan\b)/u.test(part) && !/^(?:chan|func|map|struct|interface)\b/u.test(part),
  );
  if (!isNamed) return parts;
  const types: string[] = [];
  for (const part of parts.toReversed()) {
    const [, type] = /^\w+ (.+)$/u.exec(part) ?? [];
    types.push(type ?? types.at(-1) ?? "");
  }
  return types.toReversed();
}

function split(list: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at <= list.length; at++) {
    const sign = list[at] ?? ",";
    if ("([{".includes(sign)) at = closing(list, at);
    else if (sign === ",") {
      parts.push(list.slice(from, at).trim());
      from = at + 1;
    }
  }
  return parts.filter((part) => part !== "");
}

/** Where the bracket at this place is closed; the end when it is not. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const sign = text[at] ?? "";
    if ("([{".includes(sign)) depth += 1;
    else if (")]}".includes(sign)) depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}
