import * as z from "zod";
import { ToolError } from "../../../shared/errors.ts";
import { limit, paths } from "../../../shared/fields.ts";
import { cursorField, MAX_BUDGET } from "../../../shared/limits.ts";
import { answerCode } from "../answer/answer-code.ts";
import type { CodeAnswer } from "../answer/code-answer.ts";
import { renderCode, shorterCode } from "../answer/render-code.ts";
import { tool, type SearchContext } from "../deps.ts";
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
      .trim()
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
    const answer = await answerCode(input, context);
    if (answer.results.length === 0) await checkLanguages(input.languages, context);
    return answer;
  },

  render: renderCode,
  shorter: shorterCode,
});

/** Nothing found in a language that no file is written in says nothing of the question. */
async function checkLanguages(asked: readonly string[] | undefined, context: SearchContext): Promise<void> {
  if (asked === undefined || asked.length === 0) return;
  const views = await context.indexes.views(context);
  if (views.some((view) => view.state().state === "building")) return;
  const tallies = views.flatMap(({ reader }) => reader.tallies());
  const files = tallies.filter(({ skipped }) => skipped === undefined);
  const known = new Set(files.map(({ language }) => language));
  if (known.size === 0 || asked.some((language) => known.has(language.toLowerCase()))) return;
  throw new ToolError("invalid_input", `languages: no file is in ${JSON.stringify(asked.slice(0, 5))}`, {
    hint: `In the index: ${[...known].toSorted().join(", ")}.`,
  });
}
