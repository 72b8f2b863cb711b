import type { Lines } from "./lines.ts";

/** A leaf may be this long; what is longer is cut. */
export const MAX_LEAF = 2_300;
const PART = 1_500;
const MIN_PART = 700;
/** A line counts at least as much, so that 60 lines make a full leaf however short they are. */
const LINE = 38;
const NO_GAP = 0.6;
const PER_INDENT = 0.02;

export interface LineRange {
  readonly startLine: number;
  readonly endLine: number;
}

/** How much room lines take: their characters, or more when they are short. */
function roomOf(lines: Lines, { startLine, endLine }: LineRange): number {
  return Math.max(lines.size(startLine, endLine), (endLine - startLine + 1) * LINE);
}

/** These lines without blank ones at both ends; undefined when all are blank. */
export function trimmed(lines: Lines, range: LineRange): LineRange | undefined {
  let { startLine, endLine } = range;
  while (startLine <= endLine && lines.isBlank(startLine)) startLine += 1;
  while (endLine >= startLine && lines.isBlank(endLine)) endLine -= 1;
  return startLine > endLine ? undefined : { startLine, endLine };
}

/** Parts of about 1,500 characters, cut at blank lines where there are some near, else at lines with little indent. */
export function cutLines(lines: Lines, range: LineRange): LineRange[] {
  const parts: LineRange[] = [];
  let rest = trimmed(lines, range);
  while (rest !== undefined) {
    const { startLine, endLine } = rest;
    const last = roomOf(lines, rest) <= MAX_LEAF ? endLine : bestEnd(lines, rest);
    const part = trimmed(lines, { startLine, endLine: last });
    if (part !== undefined) parts.push(part);
    rest = trimmed(lines, { startLine: last + 1, endLine });
  }
  return parts;
}

function bestEnd(lines: Lines, { startLine, endLine }: LineRange): number {
  let best = startLine;
  let lowest = Number.POSITIVE_INFINITY;
  for (let line = startLine; line < endLine; line += 1) {
    const room = roomOf(lines, { startLine, endLine: line });
    if (room > MAX_LEAF) break;
    const next = lines.indent(line + 1);
    const gap = next < 0 ? 0 : NO_GAP + Math.min(next, 20) * PER_INDENT;
    // a part that is too small is worse than any other
    const cost = Math.abs(room - PART) / PART + gap + (room < MIN_PART ? 2 : 0);
    if (cost < lowest) [best, lowest] = [line, cost];
  }
  return best;
}
