const MOST_KEYWORDS = 100;
const MOST_TEXT = 10_000;

/** A letter, digit or accent of a script that parts words by spaces. */
const OF_WORD = String.raw`(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}])[\p{L}\p{N}\p{M}]`;
const ENDS_IN_WORD = new RegExp(`${OF_WORD}$`, "u");
const STARTS_IN_WORD = new RegExp(`^${OF_WORD}`, "u");

/** A text to look in, and what to call it. */
export interface Searched {
  readonly name: string;
  readonly text: string;
}

/** A keyword, as written, and where it occurs first. */
export interface KeywordHit {
  readonly keyword: string;
  readonly where?: string;
}

/**
 * Where each keyword occurs as a whole word, whatever its case: between characters that are no letters, digits or
 * accents, so that `user` is in `user_id` and not in `users`. Scripts without spaces have no such border. Blank keywords
 * and those after the hundredth do not count, nor what comes after 10,000 characters of a text.
 */
export function keywordHits(keywords: readonly string[], texts: readonly Searched[]): KeywordHit[] {
  const folded = texts.map(({ name, text }) => ({ name, text: fold(text.slice(0, MOST_TEXT)) }));
  const wanted = keywords.filter((keyword) => keyword.trim() !== "").slice(0, MOST_KEYWORDS);
  return wanted.map((keyword) => {
    const word = fold(keyword.trim());
    const where = folded.find(({ text }) => holdsWord(text, word))?.name;
    return where === undefined ? { keyword } : { keyword, where };
  });
}

function fold(text: string): string {
  return text.normalize("NFC").toLowerCase().replaceAll(/\s+/gu, " ");
}

function holdsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    if (isBorder(text, at) && isBorder(text, end)) return true;
  }
  return false;
}

/** At most two units to either side: a character. */
function isBorder(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 2), at);
  return !(ENDS_IN_WORD.test(before) && STARTS_IN_WORD.test(text.slice(at, at + 2)));
}
