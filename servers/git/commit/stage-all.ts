import { ToolError } from "../../../shared/errors.ts";
import { statusEntries } from "../change/status-entries.ts";
import { namePaths } from "../text/name-paths.ts";
import type { Work } from "../change/work.ts";
import { mayShow } from "../open.ts";
import { isEmbedded, refuseEmbedded } from "../stage/paths.ts";
import { refuseFiltered } from "../stage/refuse.ts";

/** How git takes all tracked changes into a commit, but for some. */
export interface AllChanges {
  readonly args: readonly string[];
  /** Left out since they may hold secrets. */
  readonly secrets: readonly string[];
}

/** Throws `conflict` while files are in conflict, which git itself would take with their marks. */
export async function allChanges(work: Work): Promise<AllChanges> {
  const { context, repository } = work;
  const entries = await statusEntries(work, { untracked: "no" });
  const conflicts = entries.filter(({ kind }) => kind === "unmerged").map(({ path }) => path);
  if (conflicts.length > 0) throw inConflict(work, conflicts);
  const changed = entries.filter(({ tree }) => tree !== ".");
  const embedded = changed.filter(isEmbedded).map(({ path }) => path);
  refuseEmbedded(work, embedded, embedded);
  const secrets = changed.map(({ path }) => path).filter((path) => !mayShow(context, repository, path));
  const stored = changed.filter(({ tree }) => tree !== "D").map(({ path }) => path);
  await refuseFiltered(
    work,
    stored.filter((path) => !secrets.includes(path)),
  );
  if (secrets.length === 0) return { args: ["--all"], secrets };
  const but = secrets.map((path) => `:(exclude,top,literal)${path}`);
  return { args: ["--include", "--", ":(top)", ...but], secrets };
}

/** Files that a commit waits for. */
export function inConflict({ repository }: Pick<Work, "repository">, paths: readonly string[]): ToolError {
  return new ToolError("conflict", `files are in conflict: ${namePaths(repository, paths)}`, {
    hint: "git_merge with action conflicts shows both sides; edit, git_stage, then commit. Or action abort.",
  });
}
