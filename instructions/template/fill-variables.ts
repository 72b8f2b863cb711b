import {
  leftAlone,
  MOST_BYTES,
  type Rendered,
  type TemplateProblem,
  type Variables,
} from "./template-problem.ts";

// One word between two braces: not three braces, not GitHub's `${{ }}`; anything longer belongs to somebody else's language.
const PLACE = /(?<![{$])\{\{[ \t]*([A-Za-z_]\w{0,63})[ \t]*\}\}(?!\})/gu;
const MOST_PROBLEMS = 20;

/**
 * Puts values in the place of `{{ name }}`; a list as its items with commas. That is all: no expressions, no filters, and
 * a value is never looked at again. Other names stay as they are and are reported once each.
 */
export function fillVariables(text: string, variables: Variables): Rendered {
  const parts: string[] = [];
  const unknown = new Map<string, number>();
  let done = 0;
  let bytes = Buffer.byteLength(text);
  for (const { 0: place, 1: name = "", index } of text.matchAll(PLACE)) {
    if (!Object.hasOwn(variables, name)) {
      if (!unknown.has(name)) unknown.set(name, index);
      continue;
    }
    const value = [variables[name] ?? ""].flat().join(", ");
    bytes += Buffer.byteLength(value) - place.length;
    parts.push(text.slice(done, index), value);
    done = index + place.length;
    if (bytes > MOST_BYTES) return leftAlone(text, `it becomes longer than ${MOST_BYTES / 1_024} KiB`);
  }
  return { text: parts.join("") + text.slice(done), problems: unknownNames(text, unknown) };
}

function unknownNames(text: string, unknown: ReadonlyMap<string, number>): TemplateProblem[] {
  return [...unknown].slice(0, MOST_PROBLEMS).map(([name, index]) => ({
    message: `there is no variable \`${name}\`; its place stays as it is written`,
    line: text.slice(0, index).split("\n").length,
  }));
}
