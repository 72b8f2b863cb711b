import * as z from "zod";
import { flag } from "../../../shared/fields.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import { shortHash } from "../text/commit.ts";
import { makeCommit, type Made } from "../commit/make.ts";
import { namePaths } from "../text/name-paths.ts";
import { openWork } from "../change/work.ts";
import { tool } from "../deps.ts";
import { repoField } from "../fields.ts";
import { skippedNote } from "../change/forecast.ts";
import { counted } from "../../../shared/listed.ts";
import { oneLine } from "../text/foreign.ts";
import { touched } from "../touched.ts";
import { asCommand } from "../views/as-command.ts";
import { commitWords } from "../views/changing-commands.ts";

/** Of what is skipped in a repository that nobody trusted, what concerns a commit. */
const CONCERNS =
  /^(?:hook (?:pre-commit|prepare-commit-msg|commit-msg|post-commit|post-rewrite|reference-transaction)|signing|what cannot .*)$/u;

export default tool({
  name: "git_commit",
  title: "Commit",
  description: "Commits what is staged, under the person's name. Concludes a merge too.",
  effect: "write",
  reach: "local",
  input: z.strictObject({
    repo: repoField,
    message: z
      .string()
      .max(65_536)
      .meta({ description: "Subject, blank line, body.", maxLength: undefined })
      .optional(),
    amend: flag("Replace the last commit."),
    all: flag("With all changes of tracked files."),
    allowEmpty: flag("Even without a change."),
  }),
  touches: (asked) => ({ reads: touched(asked).paths, linksThemselves: true }),
  views: asCommand(commitWords),

  async run(input, context): Promise<string> {
    const work = await openWork(input, context);
    const { repository, signal, git } = work;
    const made = await git.exclusively(repository, signal, () => makeCommit(work, input));
    return answer(repository, made);
  },

  render: (text) => text,
});

function answer(repository: Repository, made: Made): string {
  const facts = factsOf(made).join("; ");
  const skipped = skippedNote(repository, CONCERNS);
  return [`[${facts}]`, ...notesOf(repository, made), ...skipped].join("\n");
}

function factsOf({ head, was, stat, underway }: Made): string[] {
  const branch = head.branch === undefined ? "detached HEAD" : oneLine(head.branch);
  const did =
    stat === undefined
      ? `${underway ?? "commit"} concluded`
      : `${counted(stat.files, "file")}, +${stat.added} -${stat.deleted}`;
  return [
    `${shortHash(head.hash ?? "")} ${branch}: ${did}`,
    ...(was.hash === undefined ? ["the first commit"] : []),
  ];
}

function notesOf(repository: Repository, { was, wasPublished, secrets, still, hooks }: Made): string[] {
  const replaced = shortHash(was.hash ?? "");
  const files = hooks?.files ?? [];
  const notes: readonly (readonly [boolean, string])[] = [
    [
      wasPublished,
      `warning: ${replaced}, which this replaces, is upstream already; a plain push will be refused`,
    ],
    [secrets.length > 0, `left out, may hold secrets: ${namePaths(repository, secrets)}`],
    [still !== undefined, `a ${still} is still under way: git_merge with action continue goes on`],
    [hooks?.commit === true, "a hook changed what was committed"],
    [files.length > 0, `hooks changed files, not committed: ${namePaths(repository, files)}`],
  ];
  return notes.filter(([holds]) => holds).map(([, note]) => note);
}
