import { join } from "node:path";
import { ToolError } from "../../../shared/errors.ts";
import { pathspec } from "../../../shared/git/paths.ts";
import { foldersAbove } from "../change/folders-above.ts";
import { namePaths } from "../text/name-paths.ts";
import { isGitlink, isNothing, rawChanges, type RawChange } from "../change/raw-changes.ts";
import type { Scene } from "../change/scene.ts";
import type { WorkingRepository } from "../open.ts";
import { isAtOrBelow, untrackedOf } from "../stage/refuse.ts";
import { asTakenBack, type TreeChange } from "../change/tree-changes.ts";

/** What a restore of the working tree would do. */
export interface RestorePlan {
  readonly changes: readonly TreeChange[];
  /** Files that hold something now that it would replace or take away. */
  readonly held: readonly string[];
  /** Not entered, so as they are. */
  readonly submodules: readonly string[];
  /** The commit that it takes files from; the index when undefined. */
  readonly commit: string | undefined;
}

/** Throws `not_found` for paths where nothing is tracked, `conflict` for conflicts and for untracked files in the way. */
export async function planRestore(
  scene: Scene,
  { paths, ref }: { readonly paths: readonly string[]; readonly ref: string | undefined },
): Promise<RestorePlan> {
  const { repository } = scene;
  const commit = ref === undefined ? undefined : (await scene.refs.resolve(ref)).spec;
  const all = await rawChanges(scene, { paths, revisions: commit === undefined ? [] : [commit] });
  if (commit === undefined) refuseConflicts(repository, all);
  const lonely = paths.filter((path) => !all.some((change) => isAtOrBelow(change.path, path)));
  const unknown = await untrackedOf(scene, lonely);
  if (unknown.length > 0)
    throw new ToolError("not_found", `git tracks nothing at ${namePaths(repository, unknown)}`, {
      hint: "Untracked files are left alone; git_status shows what changed.",
    });
  const once = [...new Map(all.map((change) => [change.path, change])).values()];
  const isModule = ({ from, to }: RawChange): boolean => isGitlink(from) || isGitlink(to);
  const files = once.filter((change) => !isModule(change));
  await refuseInTheWay(scene, files);
  return {
    changes: files.map(asTakenBack),
    held: files.filter(({ to }) => !isNothing(to)).map(({ path }) => path),
    submodules: once.filter(isModule).map(({ path }) => path),
    commit,
  };
}

function refuseConflicts(repository: WorkingRepository, changes: readonly RawChange[]): void {
  const conflicts = [...new Set(changes.filter(({ letter }) => letter === "U").map(({ path }) => path))];
  if (conflicts.length > 0)
    throw new ToolError(
      "conflict",
      `in conflict, so the index has no one version: ${namePaths(repository, conflicts)}`,
      {
        hint: "Give ref, such as HEAD for ours or MERGE_HEAD for theirs; or edit, then git_stage.",
      },
    );
  const intended = changes.filter(({ from }) => isNothing(from)).map(({ path }) => path);
  if (intended.length > 0)
    throw new ToolError("conflict", `the index has no contents yet for ${namePaths(repository, intended)}`, {
      hint: "It is only marked to be added: git_stage with unstage takes the mark away.",
    });
}

/** Git would write over untracked files here, which nobody could bring back. */
async function refuseInTheWay(scene: Scene, changes: readonly RawChange[]): Promise<void> {
  const { git, signal, repository } = scene;
  const files = git.files(signal);
  const going = new Set(changes.filter(({ from }) => isNothing(from)).map(({ path }) => path));
  const inTheWay: string[] = [];
  const folders: string[] = [];
  const seen = new Map<string, boolean>();
  for (const { path } of changes.filter(({ to }) => isNothing(to))) {
    const kind = await files.kindOf(join(repository.workTree, path));
    if (kind === "directory") folders.push(path);
    else if (kind !== undefined) inTheWay.push(path);
    const file = await fileAbove(path);
    if (file !== undefined) inTheWay.push(file);
  }
  inTheWay.push(...(await untrackedBelow(scene, folders)));
  if (inTheWay.length > 0)
    throw new ToolError(
      "conflict",
      `untracked files are in the way: ${namePaths(repository, [...new Set(inTheWay)])}`,
      {
        hint: "They are left alone: move or delete them first.",
      },
    );

  /** What stands where a folder has to be and does not go by this restore. */
  async function fileAbove(path: string): Promise<string | undefined> {
    for (const at of foldersAbove(path)) {
      if (!seen.has(at)) {
        const kind = await files.kindOf(join(repository.workTree, at));
        seen.set(at, kind !== undefined && kind !== "directory" && !going.has(at));
      }
      if (seen.get(at) === true) return at;
    }
    return undefined;
  }
}

async function untrackedBelow(
  { git, signal, repository }: Scene,
  folders: readonly string[],
): Promise<string[]> {
  if (folders.length === 0) return [];
  const args = ["ls-files", "--others", "-z", "--", ...folders.map(pathspec)];
  return (await git.text(repository, args, { signal })).split("\0").slice(0, -1);
}
