import type { Repository } from "../../../shared/git/repository.ts";
import { listed } from "../../../shared/listed.ts";
import { shownPath } from "./foreign.ts";

/** Paths of the repository in a sentence: the first few, and how many more. */
export function namePaths(repository: Repository, paths: readonly string[]): string {
  return listed(paths.map((path) => shownPath(repository, path)));
}
