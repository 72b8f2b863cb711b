import { remember } from "./remember.ts";
import { splitIdentifier } from "./split-identifier.ts";

/** Anything beyond ASCII may be a letter: what it is only matters where it stands. */
const RUN = /[\w$\u0080-\uffff]+/gu;
const BEYOND_ASCII = /[^\0-\x7f]/u;
const IDENTIFIER = /[\p{L}\p{N}_$][\p{L}\p{M}\p{N}_$]*/gu;
const REMEMBERED = 30_000;

interface RunWords {
  readonly all: readonly string[];
  readonly parts: readonly string[];
}

const wordsOfRun = remember(splitRun, REMEMBERED);

/**
 * The words of a piece of code or prose, in their order: of each identifier the whole (when it has several parts, without
 * its `_`) and then its parts, all in lower case and stemmed. Single letters, punctuation and encoded data are no words.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const run of text.match(RUN) ?? []) {
    for (const word of wordsOfRun(run).all) words.push(word);
  }
  return words;
}

/** The words without the whole identifiers. */
export function partsOf(text: string): string[] {
  const words: string[] = [];
  for (const run of text.match(RUN) ?? []) {
    for (const word of wordsOfRun(run).parts) words.push(word);
  }
  return words;
}

/** The words of one run of letters, digits, `_`, `$` and whatever is not ASCII, with and without whole identifiers. */
export function splitRun(run: string): RunWords {
  const identifiers = BEYOND_ASCII.test(run) ? (run.normalize("NFC").match(IDENTIFIER) ?? []) : [run];
  const split = identifiers.map(splitIdentifier);
  return {
    all: split.flatMap(({ whole, parts }) => (whole === undefined ? parts : [whole, ...parts])),
    parts: split.flatMap(({ parts }) => parts),
  };
}
