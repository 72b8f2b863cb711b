import type { CandidateLeaf } from "../store/shapes.ts";
import type { Scored } from "../rank/scored.ts";
import type { CodeResult } from "./code-answer.ts";
import { shownLines, titleOf } from "./render-code.ts";
import { trim, type Piece, type Range } from "./trim.ts";
import { worthOfLeaves } from "./worth.ts";

/** A unit whose file was read. */
export interface ReadUnit {
  readonly scored: Pick<Scored, "candidate" | "lexical" | "dense">;
  /** As answers show it. */
  readonly path: string;
  readonly lines: readonly string[];
  /** How many lines down the unit has moved since it was indexed. */
  readonly moved: number;
}

/** Line ends between a result's title, its text and the next one. */
const BETWEEN = 3;

/** What is kept for each later result while an earlier one is trimmed: some lines. */
const RESERVED = 300;
/** In less room nothing of a text can be understood: the place alone is told. */
const LEAST = 240;

/**
 * Makes results of units that take about so many characters together: the first ones whole as long as enough is left for
 * the later ones, which are trimmed more and more.
 */
export function fitResults(units: readonly ReadUnit[], room: number): CodeResult[] {
  let left = room;
  return units.map((unit, index) => {
    const later = Math.min(RESERVED, room / units.length) * (units.length - 1 - index);
    const result = fitOne(unit, left - later);
    left -= sizeOf(result);
    return result;
  });
}

function fitOne(unit: ReadUnit, room: number): CodeResult {
  const shown = trim(piecesOf(unit), room, (range) => sizeOf(resultOf(unit, range)));
  const result = resultOf(unit, shown);
  if (room >= Math.min(LEAST, sizeOf(result))) return result;
  const { text: _, ...place } = result;
  return place;
}

function piecesOf({ scored }: ReadUnit): Piece[] {
  const worth = worthOfLeaves(scored);
  return scored.candidate.leaves.map(({ startLine, endLine, definition }, index) => {
    const begins = definition?.startLine ?? startLine;
    return {
      startLine,
      codeLine: begins > startLine && begins <= endLine ? begins : startLine,
      endLine,
      worth: worth[index] ?? 0,
      definition: definition?.id,
    };
  });
}

function sizeOf(result: CodeResult): number {
  return titleOf(result).length + (result.text ?? result.signature).length + BETWEEN;
}

function resultOf({ scored, path, lines, moved }: ReadUnit, { startLine, endLine }: Range): CodeResult {
  const leaf = namesakeOf(scored, { startLine, endLine });
  const definition = leaf?.definition;
  const from = startLine + moved;
  const to = Math.min(lines.length, endLine + moved);
  const whole =
    definition === undefined || (definition.startLine >= startLine && definition.endLine <= endLine)
      ? undefined
      : { startLine: definition.startLine + moved, endLine: definition.endLine + moved };
  return {
    path,
    startLine: from,
    endLine: to,
    name: definition === undefined ? "" : [definition.scope, definition.name].filter(Boolean).join("."),
    signature: definition?.signature ?? "",
    ...(whole === undefined ? {} : { whole }),
    text: shownLines(lines.slice(from - 1, to)),
  };
}

/** The leaf that answers best among those that are shown: the result is called after its definition. */
function namesakeOf(scored: ReadUnit["scored"], shown: Range): CandidateLeaf | undefined {
  const worth = worthOfLeaves(scored);
  let best: { readonly leaf: CandidateLeaf; readonly worth: number } | undefined;
  scored.candidate.leaves.forEach((leaf, index) => {
    const isShown = leaf.startLine <= shown.endLine && leaf.endLine >= shown.startLine;
    const counts = leaf.definition === undefined ? -1 : (worth[index] ?? 0);
    if (isShown && counts > (best?.worth ?? -2)) best = { leaf, worth: counts };
  });
  return best?.leaf;
}
