import { ToolError } from "../../../shared/errors.ts";
import { shownPath } from "../text/foreign.ts";
import { listed } from "../../../shared/listed.ts";
import type { Scene } from "./scene.ts";
import { changesToRestore } from "./tree-changes.ts";

/** True when nothing is staged. There must be a commit. */
export async function isIndexClean({ git, repository, signal }: Scene): Promise<boolean> {
  const args = ["diff-index", "--cached", "--quiet", "HEAD", "--"];
  const { exitCode } = await git.run(repository, args, { signal, ok: [0, 1] });
  return exitCode === 0;
}

/** Throws `conflict` with what is staged: it could not be told from what comes to it, if that had to be taken back. */
export async function expectCleanIndex(scene: Scene, what: string): Promise<void> {
  if (!(await isIndexClean(scene))) throw await explainStaged(scene, what);
}

/** Names what is staged, where nothing may be. */
export async function explainStaged(scene: Scene, what: string): Promise<ToolError> {
  const changes = await changesToRestore(scene, { tree: "HEAD", staged: true });
  const names = changes.map(({ path }) => shownPath(scene.repository, path));
  return new ToolError("conflict", `${what} needs all that is staged to be committed: ${listed(names)}`, {
    hint: "git_commit it, or put it aside with git_stash push; then try again.",
  });
}
