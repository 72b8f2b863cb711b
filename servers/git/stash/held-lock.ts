import { join } from "node:path";
import type { ToolError } from "../../../shared/errors.ts";
import { explainFailure } from "../../../shared/git/failures.ts";
import type { Work } from "../change/work.ts";

/** The failure of a run that ended without a word, as git stash does while another process has the index. */
export async function heldLock({
  git,
  signal,
  repository,
}: Pick<Work, "git" | "signal" | "repository">): Promise<ToolError | undefined> {
  const kind = await git.files(signal).kindOf(join(repository.gitDir, "index.lock"));
  return kind === undefined ? undefined : explainFailure("index.lock': File exists", 1, "git stash");
}
