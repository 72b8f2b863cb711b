import * as z from "zod";
import { counted } from "../../../shared/listed.ts";
import { limit } from "../../../shared/fields.ts";
import { cursorField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { firstLine } from "../graph/asking.ts";
import { outlineAnswer, type OutlineAnswer } from "../outline/outline-answer.ts";

export default tool({
  name: "outline",
  title: "Outline",
  description: "What a file defines, with signatures and lines; of a folder its files and their definitions.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    path: z.string().default("."),
    depth: z.int().min(1).max(20).optional().meta({ description: "Levels: all of a file, 1 of a folder." }),
    limit: limit(200, 5_000),
    cursor: cursorField,
  }),
  touches: ({ path }) => ({ paths: [path] }),

  async run(input, context): Promise<OutlineAnswer> {
    return await outlineAnswer(input, context);
  },

  render: (answer) => {
    const { page } = answer;
    const rows = page.items.map(({ indent, text }) => `${"  ".repeat(indent)}${text}`);
    return [firstLine(factsOf(answer), { ...answer, cursor: page.cursor }), ...rows].join("\n");
  },
});

function factsOf({ path, of, page }: OutlineAnswer): string[] {
  const part =
    page.cursor === undefined
      ? ""
      : `, rows ${page.before + 1}-${page.before + page.items.length} of ${page.total}`;
  const size =
    of.kind === "file"
      ? `${counted(of.definitions, "definition")}, ${counted(of.lines, "line")} of ${of.language}`
      : `${counted(of.files, "file")}, ${counted(of.lines, "line")}`;
  return [`${path}: ${size}${part}`, ...of.notes];
}
