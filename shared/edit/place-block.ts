import { ToolError } from "../errors.ts";
import type { FileLines } from "./file-lines.ts";

/** Lines that stand together in a file, as units; `undefined` for one that its encoding cannot say. */
export interface Block {
  readonly lines: readonly (string | undefined)[];
  /** Only the end of the file will do. */
  readonly last: boolean;
  /** Only a last line without a `\n` will do. */
  readonly open: boolean;
}

/** Searching costs one for each line compared, and more for long ones: it gives up after about half a second. */
export class Effort {
  #left = 40_000_000;

  /** Throws `too_large` when all is spent. */
  spend(cost: number): void {
    this.#left -= cost;
    if (this.#left < 0)
      throw new ToolError("too_large", "the places where the patch may fit are too many to try", {
        hint: "Read the file again and give exact line numbers, or lines that are rarer as context.",
      });
  }
}

export interface Search {
  readonly file: FileLines;
  readonly effort: Effort;
}

/** How many of the block's lines, from its first, stand at line `at` (from 0). */
export function linesAlike({ file, effort }: Search, { lines }: Block, at: number): number {
  for (let alike = 0; alike < lines.length; alike += 1) {
    const line = lines[alike];
    if (line === undefined) return alike;
    effort.spend(1 + line.length / 64);
    if (file.startOf(line, at + alike) === undefined) return alike;
  }
  return lines.length;
}

/** Whether the block stands at line `at`. */
export function fitsAt(search: Search, block: Block, at: number): boolean {
  const { file } = search;
  if (at < 0 || at + block.lines.length > file.count) return false;
  if (block.last && at + block.lines.length !== file.count) return false;
  if (block.open && !file.open) return false;
  return linesAlike(search, block, at) === block.lines.length;
}

/** The places nearest to line `near` where the block stands, not before line `from`: none, one, or two equally near. */
export function nearestFits(
  search: Search,
  block: Block,
  { near, from }: { near: number; from: number },
): number[] {
  const last = search.file.count - block.lines.length;
  const furthest = Math.max(near - from, last - near);
  for (let away = Math.max(0, from - near, near - last); away <= furthest; away += 1) {
    const places = away === 0 ? [near] : [near - away, near + away];
    const found = places.filter((at) => at >= from && fitsAt(search, block, at));
    if (found.length > 0) return found;
  }
  return [];
}

/** The first places where the block stands, not before line `from`, at most `most`. */
export function firstFits(
  search: Search,
  block: Block,
  { from, most }: { from: number; most: number },
): number[] {
  const found: number[] = [];
  for (let at = from; at + block.lines.length <= search.file.count && found.length < most; at += 1)
    if (fitsAt(search, block, at)) found.push(at);
  return found;
}
