import * as z from "zod";
import { flag, paths, text } from "../../../shared/fields.ts";
import { budgetField } from "../../../shared/limits.ts";
import { compareFiles, compareTexts } from "../diff/compare.ts";
import { tool } from "../deps.ts";
import { differences } from "../diff/differences.ts";
import { countsText, diffText, statText, type Told } from "../diff/text.ts";
import { repoField } from "../fields.ts";
import { touched } from "../touched.ts";
import { asCommand } from "../views/as-command.ts";
import { diffWords } from "../views/reading-commands.ts";

/** One whose name says it all. */
const plainFlag = z.boolean().default(false).meta({ default: undefined });
/** Exactly two. */
const pair = z.array(z.string()).length(2).meta({ minItems: undefined, maxItems: undefined });

export default tool({
  name: "git_diff",
  title: "Git diff",
  description:
    "Changes: working tree against index; staged; commit from against the working tree or to. Also two files or two texts.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    repo: repoField,
    from: text().optional(),
    to: text().optional(),
    staged: flag("Index against from or HEAD."),
    mergeBase: plainFlag,
    paths: paths().optional(),
    stat: flag("Counts only."),
    context: z.int().min(0).max(100_000).meta({ minimum: undefined, maximum: undefined }).optional(),
    words: flag("Mark words."),
    files: pair.optional(),
    texts: pair.optional(),
    // every client pays for what is said of it
    budget: budgetField.meta({ description: undefined, default: undefined, maximum: undefined }),
  }),
  touches: ({ repo, paths: named = [], files }) =>
    files === undefined ? touched({ repo, paths: named }) : { paths: files },
  views: asCommand(diffWords),

  async run({ files, texts, ...asked }, context): Promise<Told | string> {
    if (files !== undefined) return await compareFiles(files, { ...asked, texts }, context);
    if (texts !== undefined) return await compareTexts(texts, asked, context);
    return await differences(asked, context);
  },

  render: (told) => (typeof told === "string" ? told : diffText(told)),
  shorter: [
    (told) => (typeof told === "string" ? told : diffText({ ...told, budget: told.budget / 2 })),
    (told) => (typeof told === "string" ? told : statText({ ...told, budget: told.budget / 4 })),
    (told) => (typeof told === "string" ? told : countsText(told)),
  ],
});
