import type { LanguageTable } from "./language.ts";
import { plainDoc } from "./leading.ts";
import type { Syntax } from "./syntax.ts";

/** The doc that a language writes at the start of a body; "" when there is none. */
export function innerDocOf(syntax: Syntax, table: LanguageTable, body: number): string {
  if (table.innerDoc === undefined || body < 0) return "";
  const node = table.innerDoc(syntax, body);
  return node < 0 ? "" : plainDoc(syntax.textOf(node).replace(/^[a-z]{1,2}(?=["'])/iu, ""));
}
