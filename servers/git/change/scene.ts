import type { Git } from "../../../shared/git/git.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import type { Refs } from "../../../shared/git/refs.ts";
import type { GitContext, GitViewContext } from "../deps.ts";
import { openWorkTree, type WorkingRepository } from "../open.ts";

/** What a repository is looked at with, before policy decided and after. */
export interface HistoryScene {
  readonly git: Git;
  readonly repository: Repository;
  readonly refs: Refs;
  readonly signal: AbortSignal;
}

/** The same of one with a working tree. */
export interface Scene extends HistoryScene {
  readonly repository: WorkingRepository;
}

/** The work tree of a call. Throws as `openWorkTree`. */
export async function openScene(
  { repo }: { readonly repo?: string | undefined },
  context: GitContext | GitViewContext,
): Promise<Scene> {
  const { repository, refs } = await openWorkTree({ repo }, context);
  return { git: context.git, repository, refs, signal: context.signal };
}
