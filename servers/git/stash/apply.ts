import { join } from "node:path";
import { ToolError } from "../../../shared/errors.ts";
import { namePaths } from "../text/name-paths.ts";
import { isGitlink, isNothing, rawChanges, type RawChange } from "../change/raw-changes.ts";
import { unstopped, type Work } from "../change/work.ts";
import { emptyTree } from "../engine/empty-tree.ts";
import { permitForecast } from "../change/forecast.ts";
import { OnceACall } from "../change/once-a-call.ts";
import { readCommits } from "../change/commits-of.ts";
import type { HistoryScene } from "../change/scene.ts";
import { explainStop } from "../change/in-the-way.ts";
import { asTreeChange, type TreeChange } from "../change/tree-changes.ts";
import { waitForLock } from "../change/wait-for-lock.ts";
import { stashAt, type Stash } from "./list.ts";

/** What a stash holds: what it changes in the commit on which it was made, and untracked files. */
export interface StashContents {
  readonly stash: Stash;
  readonly changes: readonly TreeChange[];
  /** What it could change besides: a file that was renamed since then gets its change under the new name. */
  readonly renamed: readonly TreeChange[];
  readonly untracked: readonly string[];
  /** Commits whose files it brings. */
  readonly trees: readonly string[];
}

// a change must not go to a folder that nobody was asked about
const NO_MOVED_FOLDERS = [{ key: "merge.directoryrenames", value: "false" }];

const CONTENTS = new OnceACall<StashContents>();

/** For policy. Throws `not_found`. */
export async function foreseeApply(scene: HistoryScene, index: number): Promise<TreeChange[]> {
  return reachOf(await CONTENTS.foreseen(scene, index, () => contentsOf(scene, index)));
}

async function contentsOf(scene: HistoryScene, index: number): Promise<StashContents> {
  const { stash, base, loose } = await partsOf(scene, index);
  const [tracked, since, untracked] = await Promise.all([
    rawChanges(scene, { revisions: [base, stash.hash] }),
    rawChanges(scene, { revisions: [base], cached: true }),
    looseFiles(scene, loose),
  ]);
  const files = [...tracked.filter(({ from, to }) => !isGitlink(from) && !isGitlink(to)), ...untracked];
  return {
    stash,
    changes: files.map(asTreeChange),
    renamed: possibleNames(tracked, since).map(asTreeChange),
    untracked: untracked.map(({ path }) => path),
    trees: [stash.hash, ...(loose === undefined ? [] : [loose])],
  };
}

/** The stash with the untracked files in it. Throws `not_found`. */
export async function untrackedIn(
  scene: HistoryScene,
  index: number,
): Promise<Pick<StashContents, "stash" | "untracked">> {
  const { stash, loose } = await partsOf(scene, index);
  return { stash, untracked: (await looseFiles(scene, loose)).map(({ path }) => path) };
}

interface Parts {
  readonly stash: Stash;
  /** The commit on which it was made. */
  readonly base: string;
  /** That of the untracked files. */
  readonly loose: string | undefined;
}

async function partsOf(scene: HistoryScene, index: number): Promise<Parts> {
  const stash = await stashAt(scene, index);
  const [commit] = await readCommits(scene, [stash.hash]);
  const [base, , loose] = commit?.parents ?? [];
  if (base !== undefined) return { stash, base, loose };
  throw new ToolError("not_found", `what stash ${index} names is no stash`, {
    hint: "Action list shows the others.",
  });
}

async function looseFiles(scene: HistoryScene, loose: string | undefined): Promise<RawChange[]> {
  if (loose === undefined) return [];
  return await rawChanges(scene, { revisions: [emptyTree(scene.repository), loose] });
}

/** Which file became which is git's guess, so each new one counts; its option against guessing works only in new versions. */
function possibleNames(tracked: readonly RawChange[], since: readonly RawChange[]): readonly RawChange[] {
  const gone = new Set(since.filter(({ to }) => isNothing(to)).map(({ path }) => path));
  return tracked.some(({ path }) => gone.has(path)) ? since.filter(({ from }) => isNothing(from)) : [];
}

/** Everything that it could change. */
function reachOf({ changes, renamed }: Pick<StashContents, "changes" | "renamed">): TreeChange[] {
  return [...changes, ...renamed];
}

/** Applied, with the files that are in conflict since then. */
export interface Applied extends StashContents {
  readonly conflicts: readonly string[];
}

/** Brings it back into the working tree; it stays on the list. Throws `conflict` with nothing changed when files are in the way. */
export async function applyStash(work: Work, index: number): Promise<Applied> {
  const { git, repository, context } = work;
  const contents = await CONTENTS.taken(work, index, () => contentsOf(work, index));
  await permitForecast(context, repository, { changes: reachOf(contents), trees: contents.trees });
  await refuseInTheWay(work, contents.untracked);
  await waitForLock(work);
  const begun = unstopped(work);
  const result = await git.run(repository, ["stash", "apply", "--quiet", contents.stash.hash], {
    signal: begun.signal,
    writes: true,
    ok: [0, 1],
    settings: NO_MOVED_FOLDERS,
  });
  if (result.exitCode === 0) return { ...contents, conflicts: [] };
  const open = (await rawChanges(begun, {})).filter(({ letter }) => letter === "U").map(({ path }) => path);
  if (open.length === 0) throw explainStop(repository, result, "git stash apply");
  return { ...contents, conflicts: [...new Set(open)] };
}

/** Git brings tracked files back before it sees that it cannot bring the others. */
async function refuseInTheWay({ git, signal, repository }: Work, paths: readonly string[]): Promise<void> {
  const files = git.files(signal);
  const there: string[] = [];
  for (const path of paths)
    if ((await files.kindOf(join(repository.workTree, path))) !== undefined) there.push(path);
  if (there.length > 0)
    throw new ToolError(
      "conflict",
      `files are in the way of untracked ones in the stash: ${namePaths(repository, there)}`,
      {
        hint: "Move or delete them; then try again.",
      },
    );
}
