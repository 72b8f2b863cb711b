import { stem } from "./stem.ts";

const MAX_WHOLE = 64;
const MAX_PART = 40;
const MAX_NUMBER = 6;
/** Scripts that put no space between words: their words are pairs of letters. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
const PARTS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{M}]+|\p{Lu}{2,}s(?![\p{L}\p{M}])|\p{Lu}+(?![\p{Ll}\p{M}])|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{Lt}\p{M}]+|\p{Lu}\p{M}*|\p{N}+/gu;
const HEX = /^(?:0[xX])?(?=(?:.*\d){3})[0-9a-fA-F]{8,}$/u;
const NUMBER = /^0[xXbBoO][0-9a-fA-F_]+[nuUlL]*$|^[0-9][0-9_]*(?:[eE][0-9]+)?[a-zA-Z]?$/u;

export interface IdentifierWords {
  /** All parts joined, when there are several: `readFile`, `read_file` and `READ_FILE` have the same. */
  readonly whole?: string;
  /** Its words in their order, stemmed and in lower case. */
  readonly parts: readonly string[];
}

/** The words of one identifier: letters, digits, `_` and `$` without a gap. Keys, digests and long numbers have none. */
export function splitIdentifier(identifier: string): IdentifierWords {
  if (HEX.test(identifier)) return { parts: [] };
  if (NUMBER.test(identifier)) return { parts: numberParts(identifier) };
  const found = identifier.match(PARTS) ?? [];
  if (looksEncoded(identifier, found.length)) return { parts: [] };
  const parts = found.flatMap(wordsOfPart);
  const joined = found.join("").toLowerCase();
  if (found.length < 2 || joined.length < 2 || joined.length > MAX_WHOLE) return { parts };
  return { whole: stem(joined), parts };
}

function wordsOfPart(part: string): string[] {
  if (UNSPACED.test(part)) return pairsOf(part);
  const word = part.toLowerCase();
  const tooShort = word.length < 2;
  const tooLong = word.length > (isDigit(word) ? MAX_NUMBER : MAX_PART);
  return tooShort || tooLong ? [] : [stem(word)];
}

function pairsOf(run: string): string[] {
  const letters = Array.from(run);
  if (letters.length < 2) return letters;
  return letters.slice(1).map((letter, index) => (letters[index] ?? "") + letter);
}

function numberParts(literal: string): string[] {
  const digits = literal.replaceAll("_", "");
  return isDigit(digits) && digits.length > 1 && digits.length <= MAX_NUMBER && /^\d+$/u.test(digits)
    ? [digits]
    : [];
}

function isDigit(word: string): boolean {
  return /^\p{N}/u.test(word);
}

/** Base64 and the like change between cases and digits every few letters, and have no `_` to part words. */
function looksEncoded(identifier: string, parts: number): boolean {
  return identifier.length >= 24 && /\d/u.test(identifier) && identifier.length < parts * 3;
}
