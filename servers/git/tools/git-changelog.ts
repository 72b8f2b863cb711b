import * as z from "zod";
import { paths, text } from "../../../shared/fields.ts";
import { changelogOf } from "../changelog/read.ts";
import { changelogText, type ChangelogAnswer } from "../changelog/text.ts";
import { tool } from "../deps.ts";
import { repoField } from "../fields.ts";
import { openRepository } from "../open.ts";
import { touched } from "../touched.ts";
import { asCommand } from "../views/as-command.ts";
import { changelogWords } from "../views/reading-commands.ts";

export default tool({
  name: "git_changelog",
  title: "Git changelog",
  description:
    "Release notes in Markdown: commits between two revisions, breaking ones first, tags as headings.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    repo: repoField,
    from: text("Newest tag before to.").optional(),
    to: text().default("HEAD"),
    by: z.enum(["type", "folder"]).default("type"),
    paths: paths().optional(),
  }),
  touches: touched,
  views: asCommand(changelogWords),

  async run(input, context): Promise<ChangelogAnswer> {
    const opened = await openRepository(input, context);
    const { repository, refs } = opened;
    const head = await refs.head();
    if (head.hash === undefined && input.to === "HEAD")
      return { repository, by: input.by, changelog: NOTHING, unborn: head.branch ?? "HEAD" };
    return { repository, by: input.by, changelog: await changelogOf(opened, input, context) };
  },

  render: (answer) => changelogText(answer),
  shorter: [50, 15, 5, 0].map((most) => (answer: ChangelogAnswer) => changelogText(answer, most)),
});

const NOTHING = { range: "HEAD", releases: [], total: 0, merges: 0, cut: false, paths: [], embedded: false };
