import { escapeForPerson } from "../shared/escape-for-person.ts";
import type { Document } from "./shapes.ts";

/** When a file is loaded, in our words: `always below src`, `for src/**`, `on request: …`. */
export function whenOf({ source, frontmatter }: Document): string {
  const { type, globs, keywords, match, description } = frontmatter;
  const where = source.dir === "" ? "" : ` below ${source.dir}`;
  if (type === "always") return `always${where}`;
  const triggers = [
    ...(globs.length === 0 ? [] : [`for ${globs.map(escapeForPerson).join(", ")}`]),
    ...(keywords.length === 0
      ? []
      : [`with ${match} of the words ${keywords.map(escapeForPerson).join(", ")}`]),
  ];
  if (triggers.length > 0) return `${triggers.join(" and ")}${where}`;
  const what = description === undefined ? "" : `: ${escapeForPerson(description).slice(0, 200)}`;
  return `on request${what}`;
}
