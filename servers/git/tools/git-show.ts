import * as z from "zod";
import { count, text } from "../../../shared/fields.ts";
import { tool } from "../deps.ts";
import { countsText, diffText, statText, type Told } from "../diff/text.ts";
import { repoField } from "../fields.ts";
import { showPath } from "../show/path.ts";
import { showRevision } from "../show/revision.ts";
import { touched } from "../touched.ts";
import { asCommand } from "../views/as-command.ts";
import { showWords } from "../views/reading-commands.ts";

export default tool({
  name: "git_show",
  title: "Git show",
  description: "A commit with its changes, a tag; with path a file or directory as it was at ref.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    repo: repoField,
    ref: text().default("HEAD"),
    path: z.string().optional(),
    startLine: count("From 1."),
    endLine: count("Inclusive."),
  }),
  touches: touched,
  views: asCommand(showWords),

  async run({ path, ...asked }, context): Promise<Told | string> {
    return path === undefined
      ? await showRevision(asked, context)
      : await showPath({ ...asked, path }, context);
  },

  render: (told) => (typeof told === "string" ? told : diffText(told)),
  shorter: [
    (told) => (typeof told === "string" ? told : diffText({ ...told, budget: told.budget / 2 })),
    (told) => (typeof told === "string" ? told : statText({ ...told, budget: told.budget / 4 })),
    (told) => (typeof told === "string" ? told : countsText(told)),
  ],
});
