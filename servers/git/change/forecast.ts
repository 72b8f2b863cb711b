import type { Place } from "../../../shared/access.ts";
import { filteredInTree } from "../../../shared/git/attributes-at.ts";
import { placeInRepository } from "../../../shared/git/paths.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import { classify } from "../../../shared/policy/protected.ts";
import type { GitContext } from "../deps.ts";
import { filteredPaths, filteredRefusal } from "./filters.ts";
import { shownPath } from "../text/foreign.ts";
import { listed } from "../../../shared/listed.ts";
import { isSubmodule, isWritten, type TreeChange } from "./tree-changes.ts";
import { shortHash } from "../text/commit.ts";

/** What an operation is going to change in the working tree. */
export interface Forecast {
  readonly changes: readonly TreeChange[];
  /** The commits or trees that it writes files of: their attributes count. */
  readonly trees: readonly string[];
}

/** What may run when files are checked out. */
const CHECKOUT = /^(?:hook post-checkout|filter .*)$/su;
/** What may run when commits are made of others. */
export const MERGING =
  /^(?:hook (?:post-(?:checkout|commit|merge|rewrite)|pre-(?:commit|merge-commit|rebase)|commit-msg|prepare-commit-msg)|filter .*|merge .*|signing)$/su;

/** The places of a forecast, for `foresee`. */
export function placesOf(repository: Repository, { changes }: Pick<Forecast, "changes">): Place[] {
  return changes.map(({ path }) => placeInRepository(repository, path));
}

/**
 * Throws `denied` unless the call may change all of that, and when the contents of a file would be written without the
 * filter that belongs to it. To be called before anything is changed.
 */
export async function permitForecast(
  context: Pick<GitContext, "git" | "signal" | "access">,
  repository: Repository,
  forecast: Forecast,
): Promise<void> {
  for (const place of placesOf(repository, forecast)) context.access.permit(place, "replace");
  if (repository.trusted) return;
  const written = forecast.changes.filter(isWritten).map(({ path }) => path);
  const found = await filteredPaths(context, repository, written);
  if (forecast.changes.some(({ path }) => path === ".gitattributes" || path.endsWith("/.gitattributes")))
    for (const tree of forecast.trees)
      found.push(...(await filteredInTree(context, repository, { tree, paths: written })));
  if (found.length > 0) throw filteredRefusal(repository, [...new Set(found)]);
}

/** What a person should know of a change that was made, a line each: what runs later, submodules, what was not run. */
export function notesOn(
  repository: Repository,
  changes: readonly TreeChange[],
  concern = CHECKOUT,
): string[] {
  const later = changes
    .filter(
      ({ kind, path }) =>
        kind !== "deleted" && classify(placeInRepository(repository, path)).kind === "runs-later",
    )
    .map(({ path }) => shownPath(repository, path));
  const moved = changes
    .filter(isSubmodule)
    .map(({ path, hash }) => `${shownPath(repository, path)} to ${shortHash(hash)}`);
  return [
    ...(later.length === 0 ? [] : [`also changed, and run later by themselves: ${listed(later)}`]),
    ...(moved.length === 0 ? [] : [`submodules moved and not entered: ${listed(moved)}`]),
    ...skippedNote(repository, concern),
  ];
}

/** Of what nobody trusted, what would have had a part in it. */
export function skippedNote(repository: Repository, concern = CHECKOUT): string[] {
  const names = repository.skipped.filter((name) => concern.test(name));
  return names.length === 0 ? [] : [`not run, since nobody trusted this repository: ${listed(names)}`];
}
