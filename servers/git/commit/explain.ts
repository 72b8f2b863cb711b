import { ToolError } from "../../../shared/errors.ts";
import { explainFailure } from "../../../shared/git/failures.ts";
import { statusEntries } from "../change/status-entries.ts";
import { namePaths } from "../text/name-paths.ts";
import type { Work } from "../change/work.ts";
import type { StatusEntry } from "../engine/shapes.ts";
import type { CommitAsk } from "./ask.ts";
import { inConflict } from "./stage-all.ts";

const MOVED = /cannot lock ref '.*': (?:is at|reference already exists|unable to resolve)/u;

/** What the failure of a run says about this commit; undefined when the general words do. */
export async function explainStopped(work: Work, error: unknown): Promise<ToolError | undefined> {
  if (!(error instanceof ToolError) || error.details === undefined) return undefined;
  const { details } = error;
  if (MOVED.test(details))
    return new ToolError(
      "conflict",
      "another process committed here in the meantime; nothing was committed",
      {
        hint: "Look at git_log and git_status, then commit again.",
        details,
      },
    );
  if (/aborted by hook/u.test(details)) return refusedByHook(details);
  if (/unmerged files/u.test(details))
    return inConflict(work, conflictsIn(await statusEntries(work, { untracked: "no" })));
  const [, what] = /in the middle of a ([a-z-]+) -- cannot amend/u.exec(details) ?? [];
  if (what === undefined) return undefined;
  return new ToolError("conflict", `a ${what} is under way: nothing is amended`, {
    hint: "git_merge with action continue ends it, abort undoes it.",
  });
}

/** Why git made no commit though nothing was wrong with the repository. */
export async function explainRefusal(
  work: Work,
  ask: CommitAsk,
  { stderr, secrets }: { readonly stderr: string; readonly secrets: readonly string[] },
): Promise<ToolError> {
  const entries = await statusEntries(work, { untracked: "normal" });
  const conflicts = conflictsIn(entries);
  if (conflicts.length > 0) return inConflict(work, conflicts);
  if (ask.amend && /would make\s+it empty/u.test(stderr))
    return new ToolError("conflict", "the amended commit would hold no change any more", {
      hint: "allowEmpty keeps it as an empty one.",
    });
  const takes = ({ index, tree, path }: StatusEntry): boolean =>
    index !== "." || (ask.all && tree !== "." && !secrets.includes(path));
  const isEmpty = !entries.some((entry) => entry.kind === "changed" && takes(entry));
  if (isEmpty && !ask.amend && !ask.allowEmpty) return nothingStaged(work, entries);
  if (work.repository.trusted) return refusedByHook(stderr);
  return explainFailure(stderr, 1, "git commit");
}

function conflictsIn(entries: readonly StatusEntry[]): string[] {
  return entries.filter(({ kind }) => kind === "unmerged").map(({ path }) => path);
}

function refusedByHook(details: string): ToolError {
  return new ToolError("external", "a hook refused the commit; nothing was committed", {
    hint: "Mend what it says below, stage that, and commit again.",
    details,
  });
}

function nothingStaged({ repository }: Work, entries: readonly StatusEntry[]): ToolError {
  const names = (kind: StatusEntry["kind"]): string =>
    namePaths(
      repository,
      entries.filter((entry) => entry.kind === kind).map(({ path }) => path),
    );
  const changed = names("changed");
  const untracked = names("untracked");
  const there = [
    ...(changed === "" ? [] : [`Changed: ${changed}.`]),
    ...(untracked === "" ? [] : [`Untracked: ${untracked}.`]),
  ];
  const next = there.length === 0 ? "Nothing has changed either." : "git_stage what should go in.";
  return new ToolError("conflict", "nothing is staged: there is nothing to commit", {
    hint: [...there, next, "allowEmpty makes an empty commit."].join(" "),
  });
}
