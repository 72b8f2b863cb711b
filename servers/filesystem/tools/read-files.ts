import * as z from "zod";
import { budgetField } from "../../../shared/limits.ts";
import type { Part } from "../../../shared/tool.ts";
import { tool } from "../deps.ts";
import { strings } from "../fields.ts";
import { readShared } from "../read-shared.ts";
import { readEachViews } from "../views/read-views.ts";

export default tool({
  name: "read_files",
  title: "Read files",
  description:
    "Reads several text files at once, small ones whole; a cut one goes on by read_file with its cursor.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    paths: strings("Up to 50.", 1),
    budget: budgetField,
  }),
  touches: ({ paths }) => ({ paths }),
  views: { as: ["Read"], of: readEachViews },

  async run({ paths, budget }, context): Promise<readonly Part[]> {
    const answers = await readShared(paths, budget, context);
    return answers.flatMap(({ header, text }) =>
      [header, text].filter((part) => part !== "").map((part): Part => ({ type: "text", text: part })),
    );
  },

  render: (parts) => parts,
});
