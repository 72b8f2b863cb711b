import { join } from "node:path";
import { ToolError } from "../errors.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { findRepository } from "./find-repository.ts";
import { GitFiles } from "./git-files.ts";

/** The branch that is checked out where a path lies, `HEAD` when none is; undefined where there is no repository. */
export async function branchAt(
  workspace: Workspace,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const files = new GitFiles(workspace, signal);
  try {
    const { gitDir } = await findRepository(files, path);
    const head = await files.text(join(gitDir, "HEAD"));
    return /^ref: refs\/heads\/(\S+)\s*$/u.exec(head ?? "")?.[1] ?? "HEAD";
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    // a repository that cannot be looked at has no branch to tell
    signal.throwIfAborted();
    return undefined;
  }
}
