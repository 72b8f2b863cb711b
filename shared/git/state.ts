import { join } from "node:path";
import type { GitFiles } from "./git-files.ts";
import type { Repository } from "./repository.ts";

/** What was begun in a work tree and is not finished. */
export type Underway = "merge" | "rebase" | "cherry-pick" | "revert" | "bisect" | "am";

const SIGNS: readonly (readonly [string, Underway])[] = [
  ["rebase-merge", "rebase"],
  ["rebase-apply/applying", "am"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["BISECT_LOG", "bisect"],
];

/** What is under way, the outermost: a rebase may stop at a cherry-pick. */
export async function underwayIn(
  files: GitFiles,
  { gitDir }: Pick<Repository, "gitDir">,
): Promise<Underway | undefined> {
  for (const [name, state] of SIGNS) if ((await files.kindOf(join(gitDir, name))) !== undefined) return state;
  const todo = await files.text(join(gitDir, "sequencer/todo"));
  if (todo === undefined) return undefined;
  return todo.trimStart().startsWith("revert") ? "revert" : "cherry-pick";
}
