import * as z from "zod";
import { MAX_BUDGET } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { reachOfQuestions } from "../reach.ts";
import { exploreAnswer, type ExploreAnswer } from "../graph/explore/explore-answer.ts";
import { exploreText } from "../graph/explore/explore-text.ts";

/** About 4,000 tokens. */
const STANDARD_BUDGET = 16_000;

export default tool({
  name: "explore",
  title: "Explore",
  description: "A question about several parts: the code that answers, calls among it, callers and tests.",
  effect: "read",
  reach: reachOfQuestions,
  input: z.strictObject({
    query: z.string().trim().min(1).max(10_000).meta({ minLength: undefined, maxLength: undefined }),
    budget: z
      .int()
      .min(200)
      .max(MAX_BUDGET)
      .default(STANDARD_BUDGET)
      .meta({ description: "Most characters.", minimum: undefined, maximum: undefined }),
  }),
  touches: () => ({}),

  async run({ query, budget }, context): Promise<ExploreAnswer> {
    return await exploreAnswer(query, budget, context);
  },

  render: exploreText,
});
