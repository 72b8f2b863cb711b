import * as z from "zod";
import { budgetField, cursorField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { entryPage } from "../entry-page.ts";
import { legendOf, pathLines } from "../entry-text.ts";
import { flag, limit, strings } from "../fields.ts";
import { openDirectory, TRASH } from "../open.ts";
import { findViews } from "../views/search-views.ts";

export default tool({
  name: "find_files",
  title: "Find files",
  description: "Finds files by globs like src/**/*.{ts,md}. To find text in files: search_text.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    globs: strings("Relative to path; without / at any depth; ! leaves out.", 1),
    path: z.string().default(".").describe("Directory."),
    sort: z.enum(["path", "mtime"]).default("path").describe("mtime: newest first."),
    ignored: flag("Also what git ignores."),
    limit: limit("Most files.", { standard: 1_000, most: 100_000 }),
    budget: budgetField,
    cursor: cursorField,
  }),
  touches: ({ path }) => ({ paths: [path] }),
  views: { as: ["Glob"], of: findViews },

  async run(input, context): Promise<string> {
    await using directory = await openDirectory(input.path, context);
    const result = await context.workspace.walk(
      directory,
      {
        globs: input.globs,
        kinds: ["file", "link"],
        limit: input.limit,
        sort: input.sort,
        facts: input.sort === "mtime",
        gitignore: !input.ignored,
        deny: [".git", TRASH],
        ...(input.cursor === undefined ? {} : { cursor: input.cursor }),
      },
      context.signal,
    );
    const { place } = directory;
    const start = place.relative === "" ? "" : `${place.relative}/`;
    const found = result.entries.map(({ path, kind }) => ({
      path: context.workspace.show({ ...place, relative: start + path }),
      kind,
    }));
    const none = result.total === 0 && !input.ignored && result.ignored > 0;
    return entryPage(result, {
      cursor: input.cursor,
      budget: input.budget,
      title: context.workspace.show(place),
      noun: "files",
      notes: [...(none ? [`${result.ignored} ignored entries not searched`] : []), ...legendOf(found)],
      forms: [pathLines(found)],
    });
  },

  render: (text) => text,
});
