import { diffLines } from "./diff-lines.ts";
import type { DiffText } from "./diff-text.ts";
import { countFeeds } from "./line-breaks.ts";
import { splitLines } from "./split-lines.ts";
import type { TextAround } from "./text-around.ts";

/** A replacement in units of the text. */
export interface UnitSplice {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
  readonly line: number;
}

/** Counts the lines that splices change without reading more than what they replace. */
export class SpliceCounter {
  readonly #around: TextAround;
  readonly #text: DiffText;
  readonly #context: number;
  /** The last line that was counted. */
  #last = -Infinity;

  constructor(around: TextAround, { text, context }: { readonly text: DiffText; readonly context: number }) {
    this.#around = around;
    this.#text = text;
    this.#context = context;
  }

  /** Adds a splice to the counts; gives the lines that the text gains. */
  async count({ start, end, insert, line }: UnitSplice): Promise<number> {
    const before = start === 0 ? "\n" : await this.#around.units(start - 1, start);
    const replaced = await this.#around.units(start, end);
    // What the file has before and after in the same lines, whatever it is.
    const head = before === "\n" ? "" : "<";
    const tail = end === this.#around.size ? "" : ">";
    let added = 0;
    let removed = 0;
    for (const change of diffLines(splitLines(head + replaced + tail), splitLines(head + insert + tail))) {
      removed += change.oldEnd - change.oldStart;
      added += change.newEnd - change.newStart;
    }
    // A line that two splices change is one.
    const again = line === this.#last ? 1 : 0;
    const feeds = countFeeds(replaced, 0, Infinity);
    this.#text.leaveOut({
      added: Math.max(0, added - again),
      removed: Math.max(0, removed - again),
      joined: line - this.#last <= 2 * this.#context + 1,
    });
    this.#last = line + feeds - (replaced.endsWith("\n") ? 1 : 0);
    return countFeeds(insert, 0, Infinity) - feeds;
  }
}
