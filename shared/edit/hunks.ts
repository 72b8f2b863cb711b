import { diffLines, type LineChange } from "./diff-lines.ts";

/** Neighbouring changes and the lines around them. */
export interface DiffHunk {
  /** Lines of each text before it. */
  readonly oldBefore: number;
  readonly newBefore: number;
  /** Each begins with a space, `-` or `+` and ends with a line feed. */
  readonly lines: readonly string[];
}

export interface LinedTexts {
  /** Lines with their line feeds. */
  readonly oldLines: readonly string[];
  readonly newLines: readonly string[];
  /** Lines of the whole texts that come before these. */
  readonly oldBefore: number;
  readonly newBefore: number;
  /** Lines at the start and at the end that are the same and are only shown; a change is never said to be there. */
  readonly above?: number;
  readonly below?: number;
}

/** The changes from one text to another, with `context` lines around each; those that touch are one hunk. */
export function hunksBetween(texts: LinedTexts, context: number): DiffHunk[] {
  const groups: LineChange[][] = [];
  for (const change of changesIn(texts)) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    if (group === undefined || before === undefined || change.oldStart - before.oldEnd > 2 * context)
      groups.push([change]);
    else group.push(change);
  }
  return groups.map((group) => hunkOf(texts, group, context));
}

function changesIn({ oldLines, newLines, above = 0, below = 0 }: LinedTexts): LineChange[] {
  const changes = diffLines(
    oldLines.slice(above, oldLines.length - below),
    newLines.slice(above, newLines.length - below),
  );
  return changes.map(({ oldStart, oldEnd, newStart, newEnd }) => ({
    oldStart: oldStart + above,
    oldEnd: oldEnd + above,
    newStart: newStart + above,
    newEnd: newEnd + above,
  }));
}

/** A hunk as it is written: its place, then its lines. */
export function hunkText({ oldBefore, newBefore, lines }: DiffHunk): string {
  const added = countSigned(lines, "+");
  const removed = countSigned(lines, "-");
  const kept = lines.length - added - removed;
  return `@@ -${range(oldBefore, kept + removed)} +${range(newBefore, kept + added)} @@\n${lines.join("")}`;
}

export function countSigned(lines: readonly string[], sign: "+" | "-"): number {
  return lines.reduce((count, line) => count + (line.startsWith(sign) ? 1 : 0), 0);
}

function hunkOf(texts: LinedTexts, changes: readonly LineChange[], context: number): DiffHunk {
  const { oldLines, newLines } = texts;
  const oldStart = Math.max(0, (changes[0]?.oldStart ?? 0) - context);
  const newStart = (changes[0]?.newStart ?? 0) - (changes[0]?.oldStart ?? 0) + oldStart;
  const lines: string[] = [];
  const write = (sign: string, part: readonly string[]): void => {
    for (const line of part) lines.push(signed(sign, line));
  };
  let from = oldStart;
  for (const change of changes) {
    write(" ", oldLines.slice(from, change.oldStart));
    write("-", oldLines.slice(change.oldStart, change.oldEnd));
    write("+", newLines.slice(change.newStart, change.newEnd));
    from = change.oldEnd;
  }
  write(" ", oldLines.slice(from, from + context));
  return { oldBefore: texts.oldBefore + oldStart, newBefore: texts.newBefore + newStart, lines };
}

function signed(sign: string, line: string): string {
  return line.endsWith("\n") ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`;
}

/** Where lines stand: the first and how many; of none, the line before. */
function range(before: number, lines: number): string {
  if (lines === 1) return `${before + 1}`;
  return `${lines === 0 ? before : before + 1},${lines}`;
}
