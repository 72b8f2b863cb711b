import type { Found, Head, LanguageTable } from "./language.ts";
import type { DefinitionKind } from "./shapes.ts";
import { isSpace } from "./lines.ts";
import type { Syntax } from "./syntax.ts";

const MAX_SIGNATURE = 200;
/** More than enough of a text for a signature of 200 characters. */
const MAX_RAW = 2_000;
const BRACED: readonly DefinitionKind[] = ["class", "interface", "enum", "macro", "module"];

/** The definition together with what wraps only it: `export`, a declaration of one variable, a template's head. */
export function outerNode(syntax: Syntax, table: LanguageTable, node: number): number {
  let outer = node;
  for (;;) {
    const parent = syntax.parentOf(outer);
    if (parent < 0 || !table.wrappers.includes(syntax.typeOf(parent))) return outer;
    const type = syntax.type[outer];
    const field = syntax.fields[outer];
    const alike = syntax
      .children(parent)
      .filter((each) => syntax.type[each] === type && syntax.fields[each] === field);
    const isOnly = alike.length === 1;
    if (!isOnly) return outer;
    outer = parent;
  }
}

/** Up to its body, on one line, at most 200 characters; without decorators. */
export function signatureOf(
  syntax: Syntax,
  table: LanguageTable,
  { outer, found }: { readonly outer: number; readonly found: Found },
): string {
  const start = afterDecorators(syntax, table, outer);
  const body = found.body > outer ? syntax.startOf(found.body) : syntax.endOf(outer);
  const comment = syntax
    .children(syntax.parentOf(found.nameNode) > outer ? syntax.parentOf(found.nameNode) : outer)
    .find((each) => table.comments.includes(syntax.typeOf(each)) && syntax.startOf(each) > start);
  const end = comment === undefined ? body : Math.min(body, syntax.startOf(comment));
  const raw = syntax.text.slice(start, Math.max(start, Math.min(end, start + MAX_RAW)));
  const whole = raw.replace(/\s+/gu, " ").trim();
  const line = found.body < 0 && BRACED.includes(found.kind) ? whole.replace(/\s*\{.*$/u, "") : whole;
  return line
    .replace(/\s*(?:\{|=>|=|:|;|,)$/u, "")
    .slice(0, MAX_SIGNATURE)
    .trimEnd();
}

function afterDecorators(syntax: Syntax, table: LanguageTable, outer: number): number {
  let at = syntax.startOf(outer);
  const skipSpace = (from: number): number => {
    let next = from;
    while (next < syntax.text.length && isSpace(syntax.text.charCodeAt(next))) next += 1;
    return next;
  };
  for (let node = outer + 1; node < syntax.afterOf(outer) && syntax.startOf(node) <= at; node += 1) {
    if (table.decorators.includes(syntax.typeOf(node)) || table.comments.includes(syntax.typeOf(node))) {
      at = skipSpace(syntax.endOf(node));
    }
  }
  return at;
}

interface HeadOf {
  readonly node: number;
  readonly outer: number;
  readonly found: Found;
  readonly within: DefinitionKind | undefined;
}

/** What a language looks at to tell whether a definition is exported. */
export function headOf(syntax: Syntax, { node, outer, found, within }: HeadOf): Head {
  const wrapped = [];
  for (let each = node; each !== outer; each = syntax.parentOf(each)) {
    wrapped.push(syntax.typeOf(syntax.parentOf(each)));
  }
  const start = syntax.startOf(outer);
  const end = syntax.startOf(found.nameNode < 0 ? node : found.nameNode);
  const words = syntax.text.slice(Math.max(start, end - MAX_RAW), end);
  return { words, name: found.name, kind: found.kind, within, wrapped };
}
