import type { GitRunIn } from "../engine/git/run.ts";
import { isNothing, type RawSide } from "./raw-changes.ts";

/** What shall stand in the index at a path; mode zero takes the path out of it. */
export interface IndexEntry extends RawSide {
  readonly path: string;
}

/** Puts all of them into the index, or none. What stood there as a conflict is gone. */
export async function putInIndex(
  { git, repository, signal }: GitRunIn,
  entries: readonly IndexEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  // a file where a folder was finds its place only when what was below it has gone
  const sorted = entries.toSorted((one, other) => Number(isNothing(other)) - Number(isNothing(one)));
  const stdin = sorted.map(({ mode, hash, path }) => `${mode} ${hash}\t${path}\0`).join("");
  await git.run(repository, ["update-index", "-z", "--index-info"], { signal, writes: true, stdin });
}
