import { isStopWord } from "../../../shared/words/stop-words.ts";
import { wordsOf } from "../../../shared/words/words-of.ts";

const MOST = 3;

/**
 * A regular expression for an exact search: the longest telling words of a query, or its names alone when it has some.
 * "" when it has none.
 */
export function exactPattern(text: string, names: readonly string[]): string {
  if (names.length > 0) return names.slice(0, MOST).join("|");
  const words = text.match(/[\p{L}_][\p{L}\p{N}_]{2,}/gu) ?? [];
  const telling = words.filter((word) => wordsOf(word).some((part) => !isStopWord(part)));
  return [...new Set(telling)]
    .sort((one, other) => other.length - one.length)
    .slice(0, MOST)
    .join("|");
}
