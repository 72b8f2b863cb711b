/** What one word of a piece of code counts by where it stands, before the square root. The table is trained with these. */
export const TERM_WEIGHTS = { body: 1, doc: 0.5, symbol: 0.5, path: 0.25 } as const;
