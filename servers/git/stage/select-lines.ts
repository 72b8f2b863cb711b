import { diffLines } from "../../../shared/edit/diff-lines.ts";
import { splitLines } from "../../../shared/edit/split-lines.ts";

/** Lines of the new text, from 1, both ends included. */
export interface LineRange {
  readonly startLine: number;
  readonly endLine: number;
}

/** An old text with a part of what changed. */
export interface Selected {
  readonly text: string;
  /** How many changed lines were taken; none: `text` is the old one. */
  readonly taken: number;
  /** Where the new text differs, in its lines. */
  readonly changes: readonly LineRange[];
}

/**
 * The old text, with those changes that lie in chosen lines of the new one. In a change the first new line stands for
 * the first old one and so on; old lines beyond the new ones go with the last of these, and where there is none with
 * the line after which they stood.
 */
export function selectLines(
  { oldText, newText }: { readonly oldText: string; readonly newText: string },
  isChosen: (line: number) => boolean,
): Selected {
  const oldLines = splitLines(oldText);
  const newLines = splitLines(newText);
  const kept: string[] = [];
  const changes: LineRange[] = [];
  let taken = 0;
  let from = 0;
  for (const { oldStart, oldEnd, newStart, newEnd } of diffLines(oldLines, newLines)) {
    for (const line of oldLines.slice(from, oldStart)) kept.push(line);
    from = oldEnd;
    const olds = oldLines.slice(oldStart, oldEnd);
    const news = newLines.slice(newStart, newEnd);
    changes.push({ startLine: Math.max(1, Math.min(newStart + 1, newEnd)), endLine: Math.max(1, newEnd) });
    for (let at = 0; at < Math.max(olds.length, news.length); at++) {
      const chosen = isChosen(Math.max(1, Math.min(newStart + at + 1, newEnd)));
      if (chosen) taken += 1;
      kept.push(...(chosen ? news : olds).slice(at, at + 1));
    }
  }
  for (const line of oldLines.slice(from)) kept.push(line);
  return { text: joined(kept), taken, changes };
}

/** A last line without an end gets one when it is not the last any more. */
function joined(lines: readonly string[]): string {
  const feed = lines.some((line) => line.endsWith("\r\n")) ? "\r\n" : "\n";
  const last = lines.length - 1;
  return lines.map((line, at) => (at < last && !line.endsWith("\n") ? line + feed : line)).join("");
}
