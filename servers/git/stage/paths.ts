import { ToolError } from "../../../shared/errors.ts";
import { pathspec } from "../../../shared/git/paths.ts";
import { statusEntries } from "../change/status-entries.ts";
import { namePaths } from "../text/name-paths.ts";
import type { Work } from "../change/work.ts";
import type { StatusEntry } from "../engine/shapes.ts";
import { mayShow } from "../open.ts";
import {
  explainNothing,
  isAtOrBelow,
  refuseFiltered,
  refuseInner,
  refuseMarks,
  refuseSecrets,
} from "./refuse.ts";

/** What a call staged or took out of the index, and what it left alone: paths of the repository. */
export interface StageResult {
  readonly done: number;
  readonly secrets: readonly string[];
  readonly embedded: readonly string[];
}

/** Stages all that differs at and below the paths, deletions too. All of it or nothing. */
export async function stagePaths(work: Work, paths: readonly string[]): Promise<StageResult> {
  const { git, signal, repository, context } = work;
  refuseSecrets(work, paths);
  await refuseInner(work, paths);
  const entries = await statusEntries(work, { pathspecs: paths.map(pathspec), untracked: "all" });
  await explainNothing(
    work,
    paths.filter((path) => !entries.some((entry) => isAtOrBelow(entry.path, path))),
  );
  const open = entries.filter(({ kind, tree }) => kind !== "changed" || tree !== ".");
  const embedded = open.filter(isEmbedded).map(({ path }) => path);
  refuseEmbedded(work, embedded, paths);
  const files = open.filter((entry) => !isEmbedded(entry));
  const secrets = files.filter(({ path }) => !mayShow(context, repository, path)).map(({ path }) => path);
  const staged = files.filter(({ path }) => !secrets.includes(path));
  await refuseMarks(work, staged);
  await refuseFiltered(
    work,
    staged.filter(({ tree }) => tree !== "D").map(({ path }) => path),
  );
  if (staged.length > 0)
    await git.run(repository, ["update-index", "--add", "--remove", "--replace", "-z", "--stdin"], {
      signal,
      writes: true,
      stdin: staged.map(({ path }) => `${path}\0`).join(""),
    });
  return { done: staged.length, secrets, embedded };
}

/** A repository that git would take in as a bare hash: untracked, or where a file was. */
export function isEmbedded({ kind, path, tree, submodule }: StatusEntry): boolean {
  return kind === "untracked" ? path.endsWith("/") : tree === "T" && submodule;
}

/** Throws `denied` when one of them is named. */
export function refuseEmbedded(
  { repository }: Work,
  embedded: readonly string[],
  paths: readonly string[],
): void {
  const named = embedded.map((path) => path.replace(/\/$/u, "")).filter((path) => paths.includes(path));
  if (named.length === 0) return;
  throw new ToolError(
    "denied",
    `${namePaths(repository, named)} is a repository of its own: only its commit would be staged, not its files`,
    { hint: "Make it a submodule by hand, or remove its .git folder, or add it to .gitignore." },
  );
}
