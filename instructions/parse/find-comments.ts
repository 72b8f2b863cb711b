import { findCode } from "./find-code.ts";
import { findPassages, type Span } from "./find-passages.ts";

/** HTML comments of a Markdown text, in order: those that a rendered page does not show. Not those in code. Linear. */
export function findComments(body: string): readonly Span[] {
  if (!body.includes("<!--")) return [];
  const { passages, comments } = findPassages(body);
  const found = [...comments];
  for (const passage of passages) {
    if (!passage.text.includes("<!--")) continue;
    for (const { start, end, kind } of findCode(passage.text))
      if (kind === "comment")
        found.push({ start: passage.offsetOf(start), end: passage.offsetOf(end - 1) + 1 });
  }
  return found.sort((a, b) => a.start - b.start);
}
