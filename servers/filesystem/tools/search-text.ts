import * as z from "zod";
import { ToolError } from "../../../shared/errors.ts";
import { budgetField, cursorField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { count, flag, limit, strings } from "../fields.ts";
import { fullForm, shorterForms } from "../search-forms.ts";
import { openGround } from "../search-ground.ts";
import { searchPage, type SearchResult } from "../search-page.ts";
import { searchViews } from "../views/search-views.ts";

/** A search that takes longer gives what it has and says so. */
const DEADLINE_MS = 20_000;
/** Lines on each side of a match; read_file shows more. */
const MOST_CONTEXT = 50;

export default tool({
  name: "search_text",
  title: "Search text",
  description:
    "Searches file contents with ripgrep. Secrets are left out. To find files by name: find_files.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    pattern: z
      .string()
      .min(1)
      .max(10_000)
      .meta({ description: "Regex.", minLength: undefined, maxLength: undefined }),
    path: z.string().default(".").describe("Directory or file."),
    literal: flag("No regex."),
    ignoreCase: flag("Any case."),
    multiline: flag("Match over line ends."),
    context: count("Lines around a match.", 0).optional(),
    mode: z.enum(["lines", "files", "count"]).default("lines").describe("What to show."),
    globs: strings("As in find_files.").optional(),
    ignored: flag("Also what git ignores."),
    limit: limit("Most lines or files.", { standard: 200, most: 10_000 }),
    budget: budgetField,
    cursor: cursorField,
  }),
  touches: ({ path }) => ({ paths: [path] }),
  views: { as: ["Grep"], of: searchViews },

  async run(input, context): Promise<SearchResult> {
    if (input.pattern.includes("\0"))
      throw new ToolError("invalid_input", "the pattern holds a NUL character");
    await using ground = await openGround(input.path, context);
    return await searchPage(
      ground,
      {
        ...input,
        globs: input.globs ?? [],
        context: Math.min(input.context ?? 0, MOST_CONTEXT),
        room: Math.max(100, input.budget - 300),
      },
      { signal: context.signal, deadline: AbortSignal.timeout(DEADLINE_MS) },
    );
  },

  render: fullForm,
  shorter: shorterForms,
});
