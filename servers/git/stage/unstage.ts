import { ToolError } from "../../../shared/errors.ts";
import { namePaths } from "../text/name-paths.ts";
import { putInIndex } from "../change/put-in-index.ts";
import { rawChanges, type RawChange } from "../change/raw-changes.ts";
import type { Work } from "../change/work.ts";
import { isAtOrBelow, untrackedOf } from "./refuse.ts";

/**
 * What of the index differs from a commit below the paths; HEAD when left out, where a branch without a commit is empty.
 * Throws `conflict` for files in conflict, of which nothing is staged, and `not_found` for paths that nobody knows.
 */
export async function stagedChanges(
  work: Pick<Work, "git" | "signal" | "repository">,
  paths: readonly string[],
  commit?: string,
): Promise<RawChange[]> {
  const revisions = commit === undefined ? [] : [commit];
  const changes = await rawChanges(work, { cached: true, revisions, paths });
  const conflicts = [...new Set(changes.filter(({ letter }) => letter === "U").map(({ path }) => path))];
  if (conflicts.length > 0)
    throw new ToolError(
      "conflict",
      `nothing is staged of ${namePaths(work.repository, conflicts)}: in conflict`,
      {
        hint: "Edit and stage it, or end the merge with git_merge, action abort.",
      },
    );
  const lonely = paths.filter((path) => !changes.some((change) => isAtOrBelow(change.path, path)));
  const unknown = await untrackedOf(work, lonely);
  if (unknown.length > 0)
    throw new ToolError("not_found", `git tracks nothing at ${namePaths(work.repository, unknown)}`, {
      hint: "git_status shows what is staged.",
    });
  return changes;
}

/** Puts the index back to where these changes began. Gives how many files that changed. */
export async function putBack(work: Work, changes: readonly RawChange[]): Promise<number> {
  await putInIndex(
    work,
    changes.map(({ path, from }) => ({ path, ...from })),
  );
  return changes.length;
}
