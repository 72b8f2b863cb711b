import type { Repository } from "../../../shared/git/repository.ts";
import { Refs } from "../../../shared/git/refs.ts";
import type { Workspace } from "../../../shared/workspace/workspace.ts";
import type { GitContext, GitViewContext } from "../deps.ts";
import type { HistoryScene } from "../change/scene.ts";

/** What is done to work trees is done from the repository itself, whichever of them the call was about. */
export interface WorktreeScene extends HistoryScene {
  /** The same, from its common folder and without a work tree: what git runs in. */
  readonly base: Repository;
  readonly workspace: Workspace;
}

/** The repository of a path, or the only one; one without a working tree does as well. */
export async function openWorktreeScene(
  at: string | undefined,
  { git, workspace, signal }: GitContext | GitViewContext,
): Promise<WorktreeScene> {
  const repository = await git.open(at, signal);
  const { commonDir } = repository;
  const base: Repository = { ...repository, kind: "bare", workTree: undefined, gitDir: commonDir };
  return { git, workspace, signal, repository, base, refs: new Refs(git, repository, signal) };
}
