import type { Candidate } from "../store/shapes.ts";
import type { Identifier } from "./read-query.ts";

/** What a definition that carries the very name counts; types come before functions of the same name. */
const TYPE = 1;
const OTHER = 0.9;
const TYPES: ReadonlySet<string> = new Set(["class", "interface", "type", "enum", "module"]);
/** What is left of it when only the case differs, and when it lies in something else than was asked. */
const OTHER_CASE = 0.5;
const OTHER_SCOPE = 0.4;
/** And in further pieces of a long definition: its name stands in the first. */
const FURTHER = 0.5;

/** 0 when the unit defines none of the names, up to 1 when it defines one exactly. */
export function namedBy({ leaves }: Pick<Candidate, "leaves">, identifiers: readonly Identifier[]): number {
  let best = 0;
  for (const identifier of identifiers) {
    for (const { definition, startLine, endLine } of leaves) {
      if (definition === undefined) continue;
      if (definition.name.length !== identifier.name.length) continue;
      const begins = definition.startLine >= startLine && definition.startLine <= endLine;
      best = Math.max(best, likeness(definition, identifier) * (begins ? 1 : FURTHER));
    }
  }
  return best;
}

interface Named {
  readonly name: string;
  readonly scope: string;
  readonly kind: string;
}

function likeness({ name, scope, kind }: Named, wanted: Identifier): number {
  if (name.toLowerCase() !== wanted.name.toLowerCase()) return 0;
  const byKind = TYPES.has(kind) ? TYPE : OTHER;
  const byCase = name === wanted.name ? 1 : OTHER_CASE;
  return byKind * byCase * (liesIn(scope, wanted.scope) ? 1 : OTHER_SCOPE);
}

function liesIn(scope: string, wanted: string): boolean {
  return wanted === "" || scope === wanted || scope.endsWith(`.${wanted}`);
}
