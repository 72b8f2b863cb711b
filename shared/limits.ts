import * as z from "zod";

/** Characters of an answer when the caller names no budget. */
export const DEFAULT_BUDGET = 20_000;
/** The most that a caller may ask for: design, section 6. */
export const MAX_BUDGET = 2_000_000;

/** The `budget` argument, the same in every tool with long answers. */
export const budgetField = z
  .int()
  .min(200)
  .max(MAX_BUDGET)
  .default(DEFAULT_BUDGET)
  .describe("Most characters in the answer.");

/** The `cursor` argument: what an earlier, cut answer returned. */
export const cursorField = z.string().max(4_096).optional().describe("From a cut answer: goes on there.");
