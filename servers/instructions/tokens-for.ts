/** Characters of an answer that are no instructions: reasons, what was left out, warnings. */
const AROUND = 2_000;
const CHARS_OF_A_TOKEN = 4;

/** How many tokens of instructions an answer of so many characters has room for. */
export function tokensFor(budget: number): number {
  return Math.floor((budget - Math.min(AROUND, budget / 2)) / CHARS_OF_A_TOKEN);
}
