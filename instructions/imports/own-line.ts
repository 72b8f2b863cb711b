import type { Span } from "../parse/find-passages.ts";

/** The line of an import that has it to itself, as offsets without its end; nothing for one in a sentence. */
export function ownLine(text: string, { start, end }: Span): Span | undefined {
  let lineStart = start;
  while (isBlank(text[lineStart - 1])) lineStart -= 1;
  let lineEnd = end;
  while (isBlank(text[lineEnd])) lineEnd += 1;
  const isAlone = isLineEnd(text[lineStart - 1]) && isLineEnd(text[lineEnd]);
  return isAlone ? { start: lineStart, end: lineEnd } : undefined;
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t";
}

function isLineEnd(char: string | undefined): boolean {
  return char === undefined || char === "\n";
}
