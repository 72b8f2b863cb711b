import * as z from "zod";
import { limit, paths } from "../../../shared/fields.ts";
import { cursorField, MAX_BUDGET } from "../../../shared/limits.ts";
import { answerCode } from "../answer/answer-code.ts";
import type { CodeAnswer } from "../answer/code-answer.ts";
import { renderCode, shorterCode } from "../answer/render-code.ts";
import { tool } from "../deps.ts";
import { reachOfQuestions } from "../reach.ts";
import type { FileRole } from "../store/shapes.ts";

/** About 3,000 tokens. */
const STANDARD_BUDGET = 12_000;
const MAX_RESULTS = 50;

const ROLES = [
  "code",
  "test",
  "example",
  "docs",
  "config",
  "generated",
  "vendored",
  "tools",
] as const satisfies readonly FileRole[];

export default tool({
  name: "search_code",
  title: "Search code",
  description:
    "Finds functions by what they do, asked in plain words, or by name. For exact text or a regex: search_text.",
  effect: "read",
  reach: reachOfQuestions,
  input: z.strictObject({
    query: z
      .string()
      .min(1)
      .max(10_000)
      .meta({ description: "A question or a name.", minLength: undefined, maxLength: undefined }),
    paths: paths("Files or folders.").optional(),
    languages: z.array(z.string()).max(50).meta({ maxItems: undefined }).optional(),
    kinds: z.array(z.enum(ROLES)).max(ROLES.length).meta({ maxItems: undefined }).optional(),
    limit: limit(10, MAX_RESULTS),
    budget: z
      .int()
      .min(200)
      .max(MAX_BUDGET)
      .default(STANDARD_BUDGET)
      .meta({ description: "Most characters.", minimum: undefined, maximum: undefined }),
    cursor: cursorField,
  }),
  touches: ({ paths: asked = [] }) => ({ paths: asked }),

  async run(input, context): Promise<CodeAnswer> {
    return await answerCode(input, context);
  },

  render: renderCode,
  shorter: shorterCode,
});
