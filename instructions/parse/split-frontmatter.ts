import type { Problem } from "../shapes.ts";

export interface SplitText {
  /** The lines between the fences; nothing when there is no frontmatter. */
  readonly yaml?: string;
  readonly body: string;
  /** The line on which the body begins, from 1. */
  readonly firstLine: number;
  readonly problems: readonly Problem[];
}

const END = /^(?:---|\.\.\.)[ \t]*$/mu;

/**
 * Cuts the frontmatter off: it begins with a first line that is exactly `---` and ends with one of `---` or `...`.
 * Nothing else is one, least of all `---js`, which other readers run. Line ends must be `\n`.
 */
export function splitFrontmatter(text: string): SplitText {
  if (!text.startsWith("---")) return whole(text);
  const [first = ""] = text.split("\n", 1);
  if (first !== "---") return whole(text, /^---[ \t]*\w*[ \t]*$/u.test(first) ? NO_FENCE : undefined);
  const rest = text.slice(4);
  const end = END.exec(rest);
  if (end === null) return whole(text, /^[A-Za-z_-]+:/u.test(rest) ? NO_END : undefined);
  const yaml = rest.slice(0, end.index);
  const body = rest.slice(end.index + end[0].length + 1);
  return { yaml, body, firstLine: yaml.split("\n").length + 2, problems: [] };
}

const NO_FENCE = "the first line begins like frontmatter, which needs exactly ---: it was taken for text";
const NO_END = "the frontmatter has no end, a line that is ---: the whole file was taken for text";

function whole(text: string, message?: string): SplitText {
  const problems: Problem[] =
    message === undefined ? [] : [{ level: "warning", code: "bad_frontmatter", message, line: 1 }];
  return { body: text, firstLine: 1, problems };
}
