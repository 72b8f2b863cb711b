import { matchLines, type LinePair } from "./match-lines.ts";

/** Lines `oldStart` to `oldEnd` (exclusive, from 0) of the old text became `newStart` to `newEnd` of the new one. */
export interface LineChange {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/**
 * What changed between two lists of lines: sorted, not touching. It is the least that can have changed, unless the
 * lists differ in thousands of lines that both of them have; then it is more, but still right.
 */
export function diffLines(oldLines: readonly string[], newLines: readonly string[]): LineChange[] {
  let start = 0;
  const shorter = Math.min(oldLines.length, newLines.length);
  while (start < shorter && oldLines[start] === newLines[start]) start += 1;
  let end = 0;
  while (end < shorter - start && oldLines.at(-1 - end) === newLines.at(-1 - end)) end += 1;
  const oldMiddle = oldLines.slice(start, oldLines.length - end);
  const newMiddle = newLines.slice(start, newLines.length - end);
  return changesBetween(commonLines(oldMiddle, newMiddle), {
    start,
    oldLength: oldMiddle.length,
    newLength: newMiddle.length,
  });
}

/** Pairs of lines that are the same, as many as there can be in order. */
function commonLines(oldLines: readonly string[], newLines: readonly string[]): LinePair[] {
  const numbers = new Map<string, number>();
  for (const line of oldLines) if (!numbers.has(line)) numbers.set(line, numbers.size);
  // A line that only one side has pairs with none, and is no work when it is left out.
  const inNew = new Set(newLines);
  const olds = numbered(oldLines, (line) => (inNew.has(line) ? numbers.get(line) : undefined));
  const news = numbered(newLines, (line) => numbers.get(line));
  return matchLines(olds.numbers, news.numbers).map(({ oldLine, newLine }) => ({
    oldLine: olds.lines[oldLine] ?? 0,
    newLine: news.lines[newLine] ?? 0,
  }));
}

interface Numbered {
  readonly numbers: readonly number[];
  /** Where each number's line stands. */
  readonly lines: readonly number[];
}

function numbered(all: readonly string[], numberOf: (line: string) => number | undefined): Numbered {
  const numbers: number[] = [];
  const lines: number[] = [];
  for (const [index, line] of all.entries()) {
    const number = numberOf(line);
    if (number === undefined) continue;
    numbers.push(number);
    lines.push(index);
  }
  return { numbers, lines };
}

function changesBetween(
  pairs: readonly LinePair[],
  middle: { readonly start: number; readonly oldLength: number; readonly newLength: number },
): LineChange[] {
  const changes: LineChange[] = [];
  let oldStart = 0;
  let newStart = 0;
  for (const { oldLine, newLine } of [...pairs, { oldLine: middle.oldLength, newLine: middle.newLength }]) {
    if (oldLine > oldStart || newLine > newStart)
      changes.push({
        oldStart: middle.start + oldStart,
        oldEnd: middle.start + oldLine,
        newStart: middle.start + newStart,
        newEnd: middle.start + newLine,
      });
    oldStart = oldLine + 1;
    newStart = newLine + 1;
  }
  return changes;
}
