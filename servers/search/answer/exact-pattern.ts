import { isStopWord } from "../../../shared/words/stop-words.ts";
import { wordsOf } from "../../../shared/words/words-of.ts";
import type { Query } from "../rank/read-query.ts";

const MOST = 3;

/**
 * A regular expression for an exact search: what a query has in quotes, else its names, else its longest telling words.
 * "" when it has none.
 */
export function exactPattern({
  text,
  phrases,
  identifiers,
}: Pick<Query, "text" | "phrases" | "identifiers">): string {
  if (phrases.length > 0) return phrases.slice(0, MOST).map(escaped).join("|");
  if (identifiers.length > 0)
    return identifiers
      .slice(0, MOST)
      .map(({ name }) => escaped(name))
      .join("|");
  const words = text.match(/[\p{L}_][\p{L}\p{N}_]{2,}/gu) ?? [];
  const telling = words.filter((word) => wordsOf(word).some((part) => !isStopWord(part)));
  return [...new Set(telling)]
    .sort((one, other) => other.length - one.length)
    .slice(0, MOST)
    .join("|");
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/gu, "\\$&");
}
