import * as z from "zod";
import { ToolError } from "../../../shared/errors.ts";
import { budgetField, cursorField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { fullForm, shorterForms } from "../search-forms.ts";
import { openGround } from "../search-ground.ts";
import { searchPage, type SearchResult } from "../search-page.ts";

const flag = z.boolean().default(false);

export default tool({
  name: "search_text",
  title: "Search text",
  description:
    "Searches file contents by ripgrep: regex or literal, with context, or only the files or counts. Secrets are left out. To find files by name use find_files.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    pattern: z.string().min(1).max(10_000).describe("Regex, Rust syntax."),
    path: z.string().default(".").describe("Directory or file."),
    literal: flag.describe("No regex."),
    ignoreCase: flag.describe("Any case."),
    multiline: flag.describe("Match over line ends."),
    context: z.int().min(0).max(50).default(0).describe("Lines around each match."),
    mode: z.enum(["lines", "files", "count"]).default("lines").describe("Lines, paths, or counts by file."),
    globs: z.array(z.string()).max(50).default([]).describe("Files, relative to path; ! leaves out."),
    ignored: flag.describe("Also what git ignores."),
    limit: z.int().min(1).max(10_000).default(200).describe("Most lines or files."),
    budget: budgetField,
    cursor: cursorField,
  }),
  touches: ({ path }) => ({ paths: [path] }),

  async run(input, context): Promise<SearchResult> {
    if (input.pattern.includes("\0"))
      throw new ToolError("invalid_input", "the pattern holds a NUL character");
    await using ground = await openGround(input.path, context);
    return await searchPage(ground, { ...input, room: Math.max(100, input.budget - 300) }, context.signal);
  },

  render: fullForm,
  shorter: shorterForms,
});
