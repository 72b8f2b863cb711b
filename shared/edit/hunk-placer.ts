import { ToolError } from "../errors.ts";
import { explainMisfit, isApplied } from "./explain-misfit.ts";
import type { FileLines } from "./file-lines.ts";
import type { Hunk, HunkLine } from "./patch.ts";
import { type Block, Effort, firstFits, fitsAt, nearestFits, type Search } from "./place-block.ts";
import { type Encoding, toUnits } from "./units.ts";

const MOST_NAMED = 4;

interface Place {
  /** The line of the old file, from 0. */
  readonly at: number;
  /** How far from where the patch said. */
  readonly offset: number;
}

interface PlacerOptions {
  readonly encoding: Encoding;
  readonly shown: string;
}

/** Finds where the hunks of one file stand, one after the other. */
export class HunkPlacer {
  readonly #search: Search;
  readonly #options: PlacerOptions;
  /** How far the hunks before were from where the patch said. */
  #drift = 0;
  /** The first line after the last hunk, and after what it changed. */
  #after = { hunk: 0, change: 0 };

  constructor(file: FileLines, options: PlacerOptions) {
    this.#search = { file, effort: new Effort() };
    this.#options = options;
  }

  /** `number` counts hunks from 1. A `conflict` names the hunk and the lines in question. */
  place(hunk: Hunk, number: number): Place {
    const old = blockOf(hunk, "remove", this.#options.encoding);
    const name = `hunk ${number} (line ${hunk.line} of the patch)`;
    const at =
      old.lines.length === 0 ? this.#placeInsertion(hunk, old, name) : this.#placeLines(hunk, old, name);
    const offset = isPlaced(hunk) ? at - statedIndex(hunk) : 0;
    if (isPlaced(hunk)) this.#drift = offset;
    const tail = hunk.lines.length - 1 - hunk.lines.findLastIndex(({ kind }) => kind !== "context");
    const after = at + old.lines.length;
    this.#after = { hunk: Math.max(after, this.#after.hunk), change: after - tail };
    return { at, offset };
  }

  #placeInsertion(hunk: Hunk, old: Block, name: string): number {
    const { count } = this.#search.file;
    const at = count === 0 ? 0 : statedIndex(hunk) + this.#drift;
    if (at >= this.#after.change && at <= count && (at === count || !old.last)) return at;
    throw new ToolError(
      "conflict",
      `${this.#options.shown}: ${name} cannot insert after line ${at} of ${count}`,
      {
        hint: "Read the file again, and give lines of context around what is inserted.",
      },
    );
  }

  #placeLines(hunk: Hunk, old: Block, name: string): number {
    const from = this.#after.hunk;
    const near = statedIndex(hunk) + this.#drift;
    // Context may lie in that of the hunk before, where there is no doubt about the place
    if (isPlaced(hunk) && near >= this.#after.change && fitsAt(this.#search, old, near)) return near;
    const found = isPlaced(hunk)
      ? nearestFits(this.#search, old, { near, from })
      : firstFits(this.#search, old, { from, most: MOST_NAMED });
    const [at] = found;
    if (at === undefined) throw this.#misfit(hunk, old, name);
    if (found.length === 1) return at;
    throw this.#ambiguous(found, isPlaced(hunk) ? near : undefined, name);
  }

  #ambiguous(found: readonly number[], near: number | undefined, name: string): ToolError {
    const places = found.map((at) => at + 1).join(", ");
    const more = near === undefined && found.length === MOST_NAMED ? " and perhaps more" : "";
    const why = near === undefined ? "" : `, equally far from line ${near + 1}`;
    const message = `${this.#options.shown}: ${name} fits at lines ${places}${more}${why}`;
    return new ToolError("conflict", message, {
      hint: "Give exact line numbers in the @@ line, or more lines of context.",
    });
  }

  #misfit(hunk: Hunk, old: Block, name: string): ToolError {
    const { encoding, shown } = this.#options;
    const placed = isPlaced(hunk);
    const later = this.#after.hunk > 0 ? " after the hunk before it" : "";
    const stated = placed ? `; the patch says line ${hunk.oldStart}` : "";
    const there = isApplied(this.#search, hunk, blockOf(hunk, "add", encoding));
    const perhaps = there ? "Its result is there already: perhaps the patch was applied before. " : "";
    return new ToolError("conflict", `${shown}: ${name} does not fit anywhere${later}${stated}`, {
      hint: `${perhaps}Read the file again and make the patch against what it holds now.`,
      details: explainMisfit(this.#search, {
        hunk,
        old,
        encoding,
        near: placed ? statedIndex(hunk) + this.#drift : undefined,
      }),
    });
  }
}

/** Whether the patch says where the hunk stands. */
function isPlaced({ oldStart, lines }: Hunk): boolean {
  return oldStart > 0 || lines.every(({ kind }) => kind === "add");
}

/** The line, from 0, where it says that the old side begins. */
function statedIndex({ oldStart, lines }: Hunk): number {
  return lines.every(({ kind }) => kind === "add") ? oldStart : oldStart - 1;
}

function blockOf(hunk: Hunk, kind: "add" | "remove", encoding: Encoding): Block {
  const lines = hunk.lines.filter((line) => line.kind === "context" || line.kind === kind);
  return {
    lines: lines.map(({ text }) => toUnits(text, encoding)),
    last: hunk.lines.some(({ noNewline }) => noNewline === true),
    open: lines.some(({ noNewline }: HunkLine) => noNewline === true),
  };
}
