import { basename, dirname, join, resolve } from "node:path";
import { ToolError } from "../../../shared/errors.ts";
import type { GitFiles } from "../../../shared/git/git-files.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import type { GitContext, GitViewContext } from "../deps.ts";
import { shownPath } from "../text/foreign.ts";

/** A repository on this machine that another one fetches from or pushes to. */
export interface LocalRemote {
  readonly repository: Repository;
  readonly shown: string;
  /** The folder that git is given in its place. */
  readonly served: readonly [string];
}

const HINT = "The person can point the remote at a repository inside the roots.";

/**
 * The repository at a path that a remote names. Git would run its hooks and go by its configuration, as ours: unless
 * the person trusted it, git gets a folder of our own that stands for it. Throws `denied` for one outside the roots.
 */
export async function openLocal(
  { git, signal }: GitContext | GitViewContext,
  from: Repository,
  path: string,
): Promise<LocalRemote> {
  const files = git.files(signal);
  const at = await placeOf(files, resolve(from.workTree ?? from.gitDir, path));
  const repository = at === undefined ? undefined : await git.open(at, signal);
  if (at === undefined || repository === undefined || !isAt(files, repository, at))
    throw new ToolError("not_found", "there is no repository where the remote leads to", { hint: HINT });
  const shown = shownPath(repository, "");
  if (repository.trusted) return { repository, shown, served: [repository.workTree ?? repository.gitDir] };
  const head = await files.text(join(repository.gitDir, "HEAD"));
  if (head === undefined || !/^(?:ref: refs\/\S+|[0-9a-f]{40,64})\n?$/u.test(head))
    throw new ToolError("invalid_input", `the repository at ${shown} has no proper HEAD`, { hint: HINT });
  return { repository, shown, served: [git.standIn(repository, head)] };
}

/** Git tries the name with `.git` behind it too. */
async function placeOf(files: GitFiles, path: string): Promise<string | undefined> {
  try {
    for (const place of [path, `${path}.git`])
      if ((await files.kindOf(place)) !== undefined) return files.resolve(place);
    return undefined;
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== "denied") throw error;
    throw new ToolError("denied", "the remote is a place outside the roots", { hint: HINT, cause: error });
  }
}

/** Not one that was found in a folder above. */
function isAt(files: GitFiles, { gitDir, workTree }: Repository, at: string): boolean {
  const isLink = basename(at) === ".git" && workTree !== undefined && files.resolve(dirname(at)) === workTree;
  return at === gitDir || at === workTree || isLink;
}
