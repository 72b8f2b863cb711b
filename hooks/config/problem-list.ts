import type { Problem } from "../handler.ts";
import type { LineIndex } from "./line-index.ts";

const MAX_OF_A_LEVEL = 200;

/** What to say about a place; a function when the sentence costs something to make. */
export interface Remark {
  readonly level: Problem["level"];
  readonly code: string;
  readonly message: string | (() => string);
  /** Offset in the text. */
  readonly offset?: number;
  readonly at?: string;
}

/** Collects problems with their lines: 200 of each level, and then how many more there are. */
export class ProblemList {
  readonly #lines: LineIndex;
  readonly #kept: Problem[] = [];
  readonly #counts = { error: 0, warning: 0, info: 0 };

  constructor(lines: LineIndex) {
    this.#lines = lines;
  }

  add({ level, code, message, offset, at }: Remark): void {
    if (this.#counts[level]++ >= MAX_OF_A_LEVEL) return;
    this.#kept.push({
      level,
      code,
      message: typeof message === "string" ? message : message(),
      ...(offset === undefined ? {} : { line: this.#lines.lineOf(offset) }),
      ...(at === undefined ? {} : { at }),
    });
  }

  all(): Problem[] {
    const left = Object.values(this.#counts).reduce(
      (sum, count) => sum + Math.max(0, count - MAX_OF_A_LEVEL),
      0,
    );
    if (left === 0) return this.#kept;
    return [...this.#kept, { level: "info", code: "more_problems", message: `and ${left} more of the kind` }];
  }
}
