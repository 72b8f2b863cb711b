import type { Range } from "./trim.ts";

/** One result as it is shown. */
export interface CodeResult extends Range {
  /** As answers show paths. */
  readonly path: string;
  /** The definition that answers best, with what it lies in; "" for what is in none. */
  readonly name: string;
  readonly signature: string;
  /** Lines of that definition, when not all of them are shown. */
  readonly whole?: Range;
  /** The lines; left out for want of room. */
  readonly text?: string;
}

/** What a search for code found, ready to be shown. */
export interface CodeAnswer {
  readonly results: readonly CodeResult[];
  /** How many came on earlier pages. */
  readonly before: number;
  readonly cursor?: string;
  /** Better places that this call may not read, and files that are gone. */
  readonly withheld: number;
  readonly gone: number;
  /** How the index stands. */
  readonly state: readonly string[];
  /** True when not everything is in the index yet. */
  readonly building: boolean;
  /** True when even the best results hold little of what was asked. */
  readonly weak: boolean;
  /** A pattern for an exact search, of the words that say most; "" when none does. */
  readonly pattern: string;
}
