import * as z from "zod";
import { budgetField, cursorField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { entryPage } from "../entry-page.ts";
import type { WalkEntry } from "../../../shared/workspace/walk-request.ts";
import { legendOf, pathLines, pathRows, treeLines } from "../entry-text.ts";
import { flag, limit } from "../fields.ts";
import { openDirectory, TRASH } from "../open.ts";
import { listViews } from "../views/search-views.ts";

/** More entries than this are written several on a line. */
const MANY = 1_000;

export default tool({
  name: "list_directory",
  title: "List directory",
  description:
    "Lists a directory, or a tree by depth; directories end with /. To find files by name: find_files.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    path: z.string().default(".").describe("Directory."),
    depth: limit("Levels.", { standard: 1, most: 256 }),
    sizes: flag("Add bytes."),
    ignored: flag("Also .git and what git ignores."),
    limit: limit("Most entries.", { standard: 1_000, most: 100_000 }),
    budget: budgetField,
    cursor: cursorField,
  }),
  touches: ({ path }) => ({ paths: [path] }),
  views: { as: ["Glob"], of: listViews },

  async run(input, context): Promise<string> {
    await using directory = await openDirectory(input.path, context);
    const result = await context.workspace.walk(
      directory,
      {
        depth: input.depth,
        limit: input.limit,
        facts: input.sizes,
        gitignore: !input.ignored,
        deny: input.ignored ? [TRASH] : [".git", TRASH],
        ...(input.cursor === undefined ? {} : { cursor: input.cursor }),
      },
      context.signal,
    );
    const { entries, ignored } = result;
    const hidden = input.cursor === undefined && ignored > 0 ? [`${ignored} ignored left out`] : [];
    return entryPage(result, {
      cursor: input.cursor,
      budget: input.budget,
      title: context.workspace.show(directory.place),
      noun: "entries",
      notes: [...hidden, ...legendOf(entries)],
      forms: formsOf(entries, input),
    });
  },

  render: (text) => text,
});

function formsOf(
  entries: readonly WalkEntry[],
  { depth, sizes }: { depth: number; sizes: boolean },
): string[][] {
  if (depth > 1) return [pathLines(entries), treeLines(entries)];
  return [entries.length > MANY && !sizes ? pathRows(entries) : pathLines(entries)];
}
