import { ToolError } from "../../../shared/errors.ts";
import type { RunResult } from "../../../shared/process/run.ts";
import { underwayIn } from "../../../shared/git/state.ts";
import { conflictText } from "./conflict-text.ts";
import { conflictsOf, type Conflict } from "./conflicts.ts";
import type { GitContext } from "../deps.ts";
import { permitForecast } from "../change/forecast.ts";
import { explainStaged, isIndexClean } from "../change/clean-index.ts";
import { explainDirty, explainStop } from "../change/in-the-way.ts";
import { doneText, stoppedTitle } from "./text.ts";
import type { MergePlan, Operation } from "./plan.ts";
import type { Scene } from "../change/scene.ts";
import { unrelated } from "./simulate.ts";
import { movedHere, waitForLock } from "../change/wait-for-lock.ts";
import { shortHash } from "../text/commit.ts";

/** How a run of git ended that was no failure. */
export interface Settled {
  readonly conflicts: readonly Conflict[];
  /** Hashes, or short words, of commits that turned out to change nothing. */
  readonly empty: readonly string[];
}

/** Exit codes that say that git stopped, or did not begin. */
export const STOPPED = [0, 1, 2, 128];
const MOST_EMPTY = 1_000;
/** Nothing remembers, asks or moves other branches. */
const ALWAYS = [
  { key: "rerere.enabled", value: "false" },
  { key: "rebase.autosquash", value: "false" },
  { key: "rebase.updaterefs", value: "false" },
  { key: "rebase.rebasemerges", value: "false" },
  { key: "rebase.backend", value: "merge" },
  { key: "rebase.missingcommitscheck", value: "ignore" },
  { key: "submodule.recurse", value: "false" },
];

/** Does what was planned, in the answer's words; a failure leaves index and tree as they were. */
export async function runMerge(scene: Scene, plan: MergePlan, context: GitContext): Promise<string> {
  await permitForecast(context, scene.repository, plan.forecast);
  await waitForLock(scene, await movedHere(scene));
  const { operation, args, forecast } = plan;
  const { conflicts, empty } = await settle(scene, operation, {
    first: () => step(scene, args, forecast.settings),
    staged: plan.staged,
    all: operation === "merge" && plan.theirs.length > 1,
  });
  if (conflicts.length === 0) return await doneText(scene, plan, empty);
  const underway = await underwayIn(context.git.files(context.signal), scene.repository);
  return await conflictText(scene, conflicts, {
    context,
    title: stoppedTitle(plan),
    underway,
    notes: plan.notes,
  });
}

/** One run of git that nobody stops halfway: half a tree would be left. */
export async function step(
  { git, repository }: Scene,
  args: readonly string[],
  settings: MergePlan["forecast"]["settings"] = [],
): Promise<RunResult> {
  const { signal } = new AbortController();
  return await git.run(repository, args, {
    signal,
    writes: true,
    ok: STOPPED,
    settings: [...ALWAYS, ...settings],
  });
}

interface Steps {
  readonly first: () => Promise<RunResult>;
  /** True when the result is left in the index. */
  readonly staged: boolean;
  /** True when conflicts are a failure too. */
  readonly all?: boolean;
  /** True when a failure leaves everything as it stands: somebody's own work is in it. */
  readonly keep?: boolean;
}

/** Goes over commits that change nothing; takes everything back when git fails with neither conflict nor success. */
export async function settle(scene: Scene, operation: Operation, steps: Steps): Promise<Settled> {
  const { first, staged, all = false, keep = false } = steps;
  const empty: string[] = [];
  let result = await first();
  while (result.exitCode !== 0) {
    const conflicts = await conflictsOf(scene);
    if (conflicts.length > 0 && !all) return { conflicts, empty };
    if (empty.length > MOST_EMPTY || staged || !(await isEmptyPick(scene, operation))) {
      if (!keep) await takeBack(scene, { operation, staged, conflicts });
      throw all && conflicts.length > 0 ? notAtOnce() : await reasonOf(scene, operation, result);
    }
    empty.push(await pickedHere(scene, operation));
    result = await step(scene, [operation, "--skip"]);
  }
  return { conflicts: [], empty };
}

async function reasonOf(scene: Scene, operation: Operation, result: RunResult): Promise<ToolError> {
  const { stderr, stdout } = result;
  if (/unrelated histories/u.test(stderr)) return unrelated();
  if (/octopus/u.test(stdout.toString("latin1") + stderr)) return notAtOnce();
  if (/Not possible to fast-forward/u.test(stderr))
    return new ToolError("conflict", "both sides have commits of their own, so it is no fast-forward", {
      hint: "Merge without ff, or rebase first.",
    });
  if (/cannot rebase/u.test(stderr)) return await explainDirty(scene, "a rebase");
  // of what is staged git tells the names with nothing between them
  if (/would be overwritten by merge:\n {2}\S/u.test(stderr)) return await explainStaged(scene, "a merge");
  return explainStop(scene.repository, result, `git ${operation}`);
}

function notAtOnce(): ToolError {
  return new ToolError("conflict", "these branches cannot be merged at once: they conflict", {
    hint: "Merge them one after the other.",
  });
}

/** A cherry-pick or revert that stopped at a commit whose changes are all there. */
async function isEmptyPick(scene: Scene, operation: Operation): Promise<boolean> {
  const { git, repository, signal } = scene;
  if (operation !== "cherry-pick" && operation !== "revert") return false;
  const files = git.files(signal);
  if ((await underwayIn(files, repository)) !== operation) return false;
  if ((await files.kindOf(`${repository.gitDir}/${headOf(operation)}`)) === undefined) return false;
  return await isIndexClean(scene);
}

async function pickedHere({ git, repository, signal }: Scene, operation: Operation): Promise<string> {
  const text = await git.files(signal).text(`${repository.gitDir}/${headOf(operation)}`);
  return shortHash((text ?? "").trim());
}

function headOf(operation: Operation): string {
  return operation === "revert" ? "REVERT_HEAD" : "CHERRY_PICK_HEAD";
}

/**
 * As it was before: only what this operation began. Nothing was staged then where the index is put back, see
 * `expectCleanIndex`; git itself makes sure of it before several are merged.
 */
async function takeBack(
  scene: Scene,
  { operation, staged, conflicts }: { operation: Operation; staged: boolean; conflicts: readonly Conflict[] },
): Promise<void> {
  const { signal } = new AbortController();
  const underway = await underwayIn(scene.git.files(signal), scene.repository);
  if (underway === operation) await step(scene, [operation, "--abort"]);
  else if (staged || conflicts.length > 0 || operation === "cherry-pick" || operation === "revert") {
    // a pick whose commit failed leaves what it staged and nothing that tells of it
    if (!(await isIndexClean({ ...scene, signal })))
      await step(scene, ["reset", "--quiet", "--merge", "HEAD"]);
  }
}
