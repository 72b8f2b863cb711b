import { ToolError } from "../../../../shared/errors.ts";
import { DIFF_FORM, gather } from "./diff.ts";
import type { GitRunIn } from "./run.ts";
import { COMMIT_FORMAT, parseCommits } from "./parse-commits.ts";
import { fileOf } from "./parse-diff.ts";
import type { ShownCommit } from "../shapes.ts";

/** NULs of one commit in `COMMIT_FORMAT`, that which ends it among them. */
const FIELDS = 11;
const CONTEXT = 3;

/** A commit and what it changed, against its first parent: one process. Throws `not_found` when git knows no such commit. */
export async function show(at: GitRunIn, hash: string): Promise<ShownCommit> {
  const { head, entries, sections } = await gather(
    at,
    { stat: false, context: CONTEXT, words: false },
    {
      command: (content) => ["log", "--max-count=1", ...FORM, ...DIFF_FORM, ...content, hash, "--"],
      after: headLength,
    },
  );
  const [found] = parseCommits(`${head.toString("utf8")}\0`);
  if (found === undefined)
    throw new ToolError("not_found", "git knows no such commit", { hint: "git_log shows hashes." });
  return {
    commit: found.commit,
    files: entries.map((entry) => fileOf(entry, sections.get(entry), false)),
  };
}

const FORM = [
  `--format=tformat:${COMMIT_FORMAT}`,
  "--date=raw",
  "--decorate=full",
  "--no-show-signature",
  "--no-notes",
  "--root",
  "--diff-merges=first-parent",
];

/** The commit, and the newline that git puts behind it when a difference follows. */
function headLength(bytes: Buffer): number {
  let at = 0;
  for (let field = 0; field < FIELDS && at < bytes.length; field++) {
    const end = bytes.indexOf(0, at);
    if (end === -1) return bytes.length;
    at = end + 1;
  }
  return bytes[at] === 0x0a ? at + 1 : at;
}
