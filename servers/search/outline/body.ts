import { movedBy } from "../answer/moved-by.ts";
import { shownLines } from "../answer/render-code.ts";
import type { DefinitionRow } from "../store/shapes.ts";

/** The text of a definition as it is now. */
export interface Body {
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  /** Lines at its end that had no room. */
  readonly left: number;
}

type Spot = Pick<DefinitionRow, "id" | "name" | "scope" | "kind" | "signature" | "startLine" | "endLine">;

/** As much of a definition as fits into so many characters, from its beginning; undefined when it is no longer there. */
export function bodyOf(definition: Spot, lines: readonly string[], room: number): Body | undefined {
  const moved = movedBy([{ definition }], lines);
  if (moved === undefined) return undefined;
  const startLine = definition.startLine + moved;
  const last = Math.min(lines.length, definition.endLine + moved);
  let endLine = startLine - 1;
  let used = 0;
  while (endLine < last) {
    used += Math.min(500, lines[endLine]?.length ?? 0) + 1;
    if (used > room && endLine >= startLine) break;
    endLine += 1;
  }
  return {
    startLine,
    endLine,
    text: shownLines(lines.slice(startLine - 1, endLine)),
    left: last - endLine,
  };
}
