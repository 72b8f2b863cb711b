import { Refs } from "../../../shared/git/refs.ts";
import type { GitContext } from "../deps.ts";
import { openWorkTree } from "../open.ts";
import type { Scene } from "./scene.ts";

/** A call that changes a repository with a working tree. */
export interface Work extends Scene {
  readonly context: GitContext;
}

/** Opens the repository of a call; `paths` are those of the call, as the repository calls them. */
export async function openWork(
  asked: { readonly repo?: string | undefined; readonly paths?: readonly string[] | undefined },
  context: GitContext,
): Promise<Work & { readonly paths: readonly string[] }> {
  const { git, signal } = context;
  return { context, git, signal, ...(await openWorkTree(asked, context)) };
}

/** For steps that nobody stops halfway once they began: a git that is killed leaves half a tree. */
export function unstopped<W extends Work>(work: W): W {
  const { signal } = new AbortController();
  return { ...work, signal, refs: new Refs(work.git, work.repository, signal) };
}
