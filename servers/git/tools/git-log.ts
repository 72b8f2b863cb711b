import * as z from "zod";
import { flag, limit, paths, text } from "../../../shared/fields.ts";
import { cursorField } from "../../../shared/limits.ts";
import { authorOf, commitLine } from "../text/commit.ts";
import { tool } from "../deps.ts";
import { repoField } from "../fields.ts";
import { historyOf, type History } from "../log/history.ts";
import { openRepository } from "../open.ts";
import { touched } from "../touched.ts";
import { asCommand } from "../views/as-command.ts";
import { logWords } from "../views/reading-commands.ts";
import { counted } from "../../../shared/listed.ts";

export default tool({
  name: "git_log",
  title: "Git log",
  description: "Commits, newest first; filters combine. One whole: git_show.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    repo: repoField,
    range: text("main, v1..HEAD, a...b.").optional(),
    paths: paths().optional(),
    follow: flag("One file, through renames."),
    author: text("Part of name or email.").optional(),
    since: text("2026-11-21, 2 weeks ago.").optional(),
    until: text().optional(),
    grep: text("Part of the message.").optional(),
    pickaxe: text("Text added or removed.").optional(),
    limit: limit(20, 1_000),
    cursor: cursorField,
  }),
  touches: touched,
  views: asCommand(logWords),

  async run(input, context): Promise<History & { readonly range: string }> {
    const opened = await openRepository(input, context);
    const history = await historyOf(opened, input, context);
    return { ...history, range: input.range ?? "HEAD" };
  },

  render: (history) => {
    const [by, ...others] = new Set(history.commits.map(authorOf));
    const same = others.length === 0 && history.commits.length > 1;
    const lines = history.commits.map((commit) => commitLine(commit, !same));
    return [headerOf(history, same ? by : undefined), ...lines].join("\n");
  },
});

function headerOf(history: History & { readonly range: string }, by: string | undefined): string {
  const { commits, skipped, cursor, unborn, shallow, range } = history;
  if (unborn !== undefined) return `[${unborn} has no commit yet; git_commit makes the first]`;
  const count = counted(commits.length, "commit");
  const facts = [
    commits.length === 0
      ? `${range}: no ${skipped > 0 ? "more " : ""}commit matches`
      : `${range}: ${skipped > 0 ? `commits ${skipped + 1}-${skipped + commits.length}` : count}, UTC`,
    ...(by === undefined ? [] : [`all by ${by}`]),
    ...(history.embedded ? ["answered without the git program"] : []),
    ...(shallow ? ["the history ends here: a shallow clone"] : []),
    ...(cursor === undefined ? [] : [`more with cursor ${cursor}`]),
  ];
  return `[${cursor === undefined ? "" : "partial: "}${facts.join("; ")}]`;
}
