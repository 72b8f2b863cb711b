import * as z from "zod";

/** Characters of an answer when the caller names no budget. */
export const DEFAULT_BUDGET = 20_000;
/** The most that a caller may ask for. */
export const MAX_BUDGET = 2_000_000;

/** The `budget` argument, the same in every tool with long answers. */
export const budgetField = z
  .int()
  .min(200)
  .max(MAX_BUDGET)
  .default(DEFAULT_BUDGET)
  // A smaller one is refused, but that is not worth telling every client at every start.
  .meta({ description: "Most characters.", minimum: undefined });

/** The `cursor` argument: what an earlier, cut answer returned. */
export const cursorField = z
  .string()
  .max(8_192)
  .meta({ description: "From a cut answer.", maxLength: undefined })
  .optional();
