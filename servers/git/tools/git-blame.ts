import * as z from "zod";
import { count, text } from "../../../shared/fields.ts";
import { budgetField } from "../../../shared/limits.ts";
import { blameOf, type Blame } from "../blame/read.ts";
import { blameText } from "../blame/text.ts";
import { tool } from "../deps.ts";
import { repoField } from "../fields.ts";
import { openRepository } from "../open.ts";
import { touched } from "../touched.ts";
import { asCommand } from "../views/as-command.ts";
import { blameWords } from "../views/reading-commands.ts";

export default tool({
  name: "git_blame",
  title: "Git blame",
  description:
    "Which commit each line of a file is from: lines below their commit. Of the working tree, or at ref.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    repo: repoField,
    path: z.string(),
    ref: text().optional(),
    startLine: count(),
    endLine: count(),
    ignoreRevs: z
      .array(text())
      .max(100)
      .meta({ description: "Commits to look through.", maxItems: undefined })
      .optional(),
    budget: budgetField.meta({ description: undefined, default: undefined, maximum: undefined }),
  }),
  touches: touched,
  views: asCommand(blameWords),

  async run({ repo, path, ...asked }, context): Promise<Blame> {
    const opened = await openRepository({ repo, paths: [path] }, context);
    return await blameOf(opened, asked, context);
  },

  render: blameText,
});
