import { ToolError } from "../../../shared/errors.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import { explainFailure } from "../../../shared/git/failures.ts";
import { shownPath } from "../text/foreign.ts";
import { listed } from "../../../shared/listed.ts";
import type { Scene } from "./scene.ts";
import { changesToRestore } from "./tree-changes.ts";

const CHANGED = /local changes to the following files would be overwritten|following untracked.*would be/u;

/**
 * Why git did not begin: the files that stand in its way by name, where it says them; else as `explainFailure`. Git
 * names each on a line of its own behind a tab.
 */
export function explainStop(
  repository: Repository,
  { stderr, exitCode }: { readonly stderr: string; readonly exitCode: number | undefined },
  doing: string,
): ToolError {
  if (!CHANGED.test(stderr)) return explainFailure(stderr, exitCode, doing);
  const names = stderr
    .split("\n")
    .filter((line) => line.startsWith("\t"))
    .map((line) => shownPath(repository, line.slice(1)));
  const untracked = /untracked/u.test(stderr);
  const what = untracked ? "files that git does not track are" : "uncommitted changes are";
  return new ToolError("conflict", `${what} in the way: ${listed([...new Set(names)])}`, {
    hint: untracked
      ? "Move or delete them, or commit them; then try again."
      : "git_commit them, or put them aside with git_stash push; then try again.",
  });
}

/** Names every uncommitted change, where none is allowed. */
export async function explainDirty(scene: Scene, what: string): Promise<ToolError> {
  const changes = await changesToRestore(scene, { tree: "HEAD", staged: false });
  const names = changes.map(({ path }) => shownPath(scene.repository, path));
  return new ToolError("conflict", `${what} needs all changes committed: ${listed(names)}`, {
    hint: "git_commit them, or put them aside with git_stash push; then try again.",
  });
}
