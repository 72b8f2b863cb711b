import type { CandidateLeaf } from "../store/shapes.ts";
import type { Scored } from "../rank/scored.ts";
import { allowances } from "./allowances.ts";
import type { CodeResult } from "./code-answer.ts";
import { shownLines, titleOf } from "./render-code.ts";
import { trim, type Range } from "./trim.ts";
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

/** Makes results of units, trimmed so that all of them take about so many characters. */
export function fitResults(units: readonly ReadUnit[], room: number): CodeResult[] {
  const whole = units.map((unit) => {
    const { startLine, endLine } = unit.scored.candidate;
    return sizeOf(resultOf(unit, { startLine, endLine }));
  });
  const got = allowances(whole, room);
  return units.map((unit, index) => fitOne(unit, got[index] ?? 0));
}

function fitOne(unit: ReadUnit, room: number): CodeResult {
  const { candidate } = unit.scored;
  const worth = worthOfLeaves(unit.scored);
  const pieces = candidate.leaves.map(({ startLine, endLine }, index) => ({
    startLine,
    endLine,
    worth: worth[index] ?? 0,
  }));
  const shown = trim(pieces, room, (range) => sizeOf(resultOf(unit, range)));
  const result = resultOf(unit, shown);
  if (room > 0) return result;
  const { text: _, ...place } = result;
  return place;
}

function sizeOf(result: CodeResult): number {
  return titleOf(result).length + (result.text?.length ?? 0) + BETWEEN;
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
