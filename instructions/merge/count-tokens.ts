/** How many characters count as one token: measured 4.2 on English documentation. */
export const TOKEN_CHARS = 4;

/** An estimate that needs no tokenizer. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / TOKEN_CHARS);
}
