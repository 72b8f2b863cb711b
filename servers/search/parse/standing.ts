import type { LanguageTable } from "./language.ts";
import type { Syntax } from "./syntax.ts";

/** What a place in a text is part of: `comment`, also a docstring; `unknown` where the grammar does not tell. */
export type Standing = "comment" | "code" | "unknown";

/** What lies between the code of a page; and "", what could not be parsed. */
const UNKNOWN = new Set(["text", "jsx_text", ""]);

/** What a place is part of, by the innermost node around it that tells. */
export function standingOf(syntax: Syntax, { comments }: LanguageTable, place: number): Standing {
  for (let node = innermost(syntax, place); node >= 0; node = syntax.parentOf(node)) {
    const type = syntax.typeOf(node);
    if (comments.includes(type)) return "comment";
    if (UNKNOWN.has(type)) return "unknown";
    // a string that nothing is done with is one for people
    if (type === "string")
      return syntax.typeOf(syntax.parentOf(node)) === "expression_statement" ? "comment" : "code";
  }
  return "code";
}

/** Nodes are numbered as they begin: the last that begins before the place, or one around it. */
function innermost(syntax: Syntax, place: number): number {
  let from = 0;
  for (let to = syntax.count; from < to;) {
    const middle = (from + to) >> 1;
    if (syntax.startOf(middle) <= place) from = middle + 1;
    else to = middle;
  }
  let node = from - 1;
  while (node >= 0 && syntax.endOf(node) <= place) node = syntax.parentOf(node);
  return node;
}
