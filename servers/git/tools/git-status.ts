import * as z from "zod";
import { flag, limit, paths } from "../../../shared/fields.ts";
import { cursorField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { repoField } from "../fields.ts";
import { openRepository } from "../open.ts";
import { standingOf, type Standing } from "../status/standing.ts";
import { statusCounts, statusLine, statusText } from "../status/text.ts";
import { touched } from "../touched.ts";
import { asCommand } from "../views/as-command.ts";
import { statusWords } from "../views/reading-commands.ts";

export default tool({
  name: "git_status",
  title: "Git status",
  description:
    "Branch, upstream, what is under way, and changed files in git's two letters (index, tree), ?? untracked.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    repo: repoField,
    paths: paths().optional(),
    untracked: flag("List untracked files.", true),
    ignored: flag("Also ignored files."),
    limit: limit(200, 10_000),
    cursor: cursorField,
  }),
  touches: touched,
  views: asCommand(statusWords),

  async run(input, context): Promise<Standing> {
    const opened = await openRepository(input, context);
    return await standingOf(opened, input, context);
  },

  render: statusText,
  shorter: [statusCounts, statusLine],
});
