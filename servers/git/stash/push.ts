import { ToolError } from "../../../shared/errors.ts";
import { pathspec } from "../../../shared/git/paths.ts";
import { inConflict } from "../commit/stage-all.ts";
import { statusEntries } from "../change/status-entries.ts";
import { namePaths } from "../text/name-paths.ts";
import { isGitlink, rawChanges } from "../change/raw-changes.ts";
import { OnceACall } from "../change/once-a-call.ts";
import { unstopped, type Work } from "../change/work.ts";
import { permitForecast } from "../change/forecast.ts";
import type { Scene } from "../change/scene.ts";
import { isAtOrBelow, refuseFiltered } from "../stage/refuse.ts";
import { asTakenBack, type TreeChange } from "../change/tree-changes.ts";
import { waitForLock } from "../change/wait-for-lock.ts";
import { stashAt, type Stash } from "./list.ts";

export interface PushAsk {
  /** As the repository calls them; everything when empty. */
  readonly paths: readonly string[];
  readonly untracked: boolean;
  readonly message?: string | undefined;
}

/** What goes from the working tree, and the commit to which it comes back. */
export interface PushPlan {
  readonly head: string;
  readonly changes: readonly TreeChange[];
}

const PLANS = new OnceACall<PushPlan>();

/** For policy. Throws as `pushStash`. */
export async function foreseePush(scene: Scene, ask: PushAsk): Promise<PushPlan> {
  return await PLANS.foreseen(scene, partOf(ask), () => planPush(scene, ask));
}

/** What a plan depends on. */
function partOf({ paths, untracked }: PushAsk): readonly unknown[] {
  return [paths, untracked];
}

/** Throws `conflict` before the first commit and while files are in conflict, `not_found` when there is nothing to put aside. */
async function planPush(scene: Scene, { paths, untracked }: PushAsk): Promise<PushPlan> {
  const { repository, refs } = scene;
  const { hash: head } = await refs.head();
  if (head === undefined)
    throw new ToolError("conflict", "before the first commit nothing can be put aside", {
      hint: "git_commit first.",
    });
  const pathspecs = paths.map(pathspec);
  const [entries, tracked] = await Promise.all([
    statusEntries(scene, { pathspecs, untracked: untracked ? "all" : "no" }),
    rawChanges(scene, { revisions: [head], paths }),
  ]);
  const conflicts = entries.filter(({ kind }) => kind === "unmerged").map(({ path }) => path);
  if (conflicts.length > 0) throw inConflict(scene, conflicts);
  const lonely = paths.filter((path) => !entries.some((entry) => isAtOrBelow(entry.path, path)));
  if (lonely.length > 0 || entries.length === 0) throw nothingThere(scene, lonely);
  const loose = entries.filter(({ kind }) => kind === "untracked").map(({ path }) => path);
  const embedded = loose.filter((path) => path.endsWith("/"));
  if (embedded.length > 0)
    throw new ToolError(
      "conflict",
      `repositories of their own cannot be put aside: ${namePaths(repository, embedded)}`,
      {
        hint: "Leave untracked out, or name the other paths.",
      },
    );
  const files = tracked.filter(({ from, to }) => !isGitlink(from) && !isGitlink(to));
  return {
    head,
    changes: [
      ...files.map(asTakenBack),
      ...loose.map((path): TreeChange => ({ path, kind: "deleted", mode: "000000", hash: "" })),
    ],
  };
}

function nothingThere({ repository }: Scene, paths: readonly string[]): ToolError {
  const where = paths.length === 0 ? "" : ` at ${namePaths(repository, paths)}`;
  return new ToolError("not_found", `there is nothing to put aside${where}`, {
    hint: "Only changes of tracked files are taken, untracked ones with untracked: true.",
  });
}

/** Puts it aside. */
export async function pushStash(
  work: Work,
  ask: PushAsk,
): Promise<{ stash: Stash; changes: readonly TreeChange[] }> {
  const { git, repository, context } = work;
  const { head, changes } = await PLANS.taken(work, partOf(ask), () => planPush(work, ask));
  await permitForecast(context, repository, { changes, trees: [head] });
  await refuseFiltered(
    work,
    changes.map(({ path }) => path),
  );
  const { paths, untracked, message } = ask;
  const limited = paths.length === 0 ? [] : ["--pathspec-from-file=-", "--pathspec-file-nul"];
  const args = [
    "stash",
    "push",
    "--quiet",
    ...(untracked ? ["--include-untracked"] : []),
    ...(message === undefined ? [] : [`--message=${message}`]),
    ...limited,
  ];
  const stdin = paths.map((path) => `${pathspec(path)}\0`).join("");
  await waitForLock(work, ["refs/stash"]);
  const begun = unstopped(work);
  const { signal } = begun;
  await git.run(repository, args, { signal, writes: true, ...(limited.length === 0 ? {} : { stdin }) });
  return { stash: await stashAt(begun, 0), changes };
}
