import { ToolError } from "../../../shared/errors.ts";
import { showInRepository } from "../../../shared/git/paths.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import type { GitContext } from "../deps.ts";
import { mayBeFiltered } from "./may-be-filtered.ts";

/** Values of the attribute that name no filter. */
const NONE = new Set(["unspecified", "unset", "set", ""]);
const SHOWN = 5;

/**
 * Those of the paths whose contents a program would change on their way in or out if the repository were trusted, as
 * git-lfs does; empty for a trusted one, where it runs. By the attributes of the working tree. Whether such a program
 * is set up is not asked: it may be so in files that we do not read.
 */
export async function filteredPaths(
  { git, signal }: Pick<GitContext, "git" | "signal">,
  repository: Repository,
  paths: readonly string[],
): Promise<string[]> {
  if (repository.trusted || !(await mayBeFiltered({ git, signal }, repository, paths))) return [];
  const stdin = paths.map((path) => `${path}\0`).join("");
  const text = await git.text(repository, ["check-attr", "-z", "--stdin", "filter"], { signal, stdin });
  const fields = text.split("\0");
  const found: string[] = [];
  for (let at = 0; at + 2 < fields.length; at += 3)
    if (!NONE.has(fields[at + 2] ?? "")) found.push(fields[at] ?? "");
  return found;
}

/** Why they are not stored or written: their contents would be wrong without the filter. */
export function filteredRefusal(repository: Repository, filtered: readonly string[]): ToolError {
  const shown = filtered.slice(0, SHOWN).map((path) => showInRepository(repository, path));
  const more = filtered.length > SHOWN ? ` and ${filtered.length - SHOWN} more` : "";
  return new ToolError(
    "denied",
    `a filter (such as git-lfs) belongs to ${shown.join(", ")}${more}, and it does not run in a repository that nobody trusted`,
    {
      hint: "The person can trust it: plumbline trust. Without its filter the wrong contents would be stored.",
    },
  );
}
