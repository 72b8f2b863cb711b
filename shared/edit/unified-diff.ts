import { DiffText, type DiffNames } from "./diff-text.ts";
import { hunksBetween } from "./hunks.ts";
import { splitLines } from "./split-lines.ts";

/** Two versions of a text. */
export interface DiffInput extends DiffNames {
  readonly oldText: string;
  readonly newText: string;
  /** Unchanged lines around each change; 3 when not given. */
  readonly context?: number;
  /** The most characters; what has no room is counted, and a last line says that it is left out. */
  readonly maxChars?: number | undefined;
}

/** A unified diff and what it says in short. */
export interface Diff {
  /** Empty when nothing changed. */
  readonly text: string;
  /** Lines. */
  readonly added: number;
  readonly removed: number;
  readonly hunks: number;
}

/**
 * What changed from one text to another, as `git diff` writes it and `git apply` reads it. Lines end with a line
 * feed; a carriage return before it is part of the line and stays in the diff as it is, so a line whose end changed
 * is removed without it and added with it.
 */
export function unifiedDiff({ from, to, oldText, newText, context = 3, maxChars }: DiffInput): Diff {
  const text = new DiffText({ from, to }, maxChars);
  const texts = { oldLines: splitLines(oldText), newLines: splitLines(newText), oldBefore: 0, newBefore: 0 };
  for (const hunk of hunksBetween(texts, context)) text.add(hunk);
  return { text: text.text, added: text.added, removed: text.removed, hunks: text.hunks };
}
