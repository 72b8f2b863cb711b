import type { Place } from "../../../shared/access.ts";
import { ToolError } from "../../../shared/errors.ts";
import { linkWorktree, prepareWorktrees } from "../../../shared/git/link-worktree.ts";
import { isName } from "../../../shared/git/refs.ts";
import { pathOfPlace } from "../../../shared/workspace/path-of-place.ts";
import { hashesOf, type NamedHash } from "../change/commits-of.ts";
import type { GitContext } from "../deps.ts";
import { plainName } from "../text/foreign.ts";
import { permitForecast, skippedNote, type Forecast } from "../change/forecast.ts";
import { counted } from "../../../shared/listed.ts";
import { explainStop } from "../change/in-the-way.ts";
import { STOPPED } from "../merge/run.ts";
import { checkNewBranch, refuseElsewhere } from "../switch/plan.ts";
import { changesBetween } from "../change/tree-changes.ts";
import { emptyTree } from "../engine/empty-tree.ts";
import type { WorktreeScene } from "./scene.ts";
import { shownFolder } from "./list.ts";
import { shortHash } from "../text/commit.ts";

export interface AddAsk {
  readonly path?: string | undefined;
  readonly ref?: string | undefined;
  readonly create?: string | undefined;
}

/** A new work tree, in what git is given. */
export interface AddPlan {
  /** Absolute. */
  readonly folder: string;
  readonly args: readonly string[];
  readonly shown: string;
  readonly hash: string;
  /** What differs from the commit that the caller's own work tree has: the rest is no news to anybody. */
  readonly places: readonly Place[];
}

/** Says what a new work tree would be; changes nothing. Throws for what cannot be. */
export async function planAdd(scene: WorktreeScene, ask: AddAsk): Promise<AddPlan> {
  const place = await freeFolder(scene, ask.path);
  const { args, shown, commit } = await startAt(scene, ask);
  const head = (await scene.refs.head()).hash ?? emptyTree(scene.repository);
  const changes = await changesBetween(scene, head, commit.hash);
  const places = changes
    .filter(({ kind }) => kind !== "deleted")
    .map(({ path }) => ({ root: place.root, relative: [place.relative, path].filter(Boolean).join("/") }));
  return { folder: pathOfPlace(place), args, shown, hash: commit.hash, places };
}

/** Makes it and checks out its files, by the rules of the repository as it is trusted or not. */
export async function addWorktree(scene: WorktreeScene, ask: AddAsk, context: GitContext): Promise<string> {
  const { git, base, repository } = scene;
  const plan = await planAdd(scene, ask);
  for (const place of plan.places) context.access.permit(place, "replace");
  const forecast = await wholeTree(scene, plan.hash);
  if (!repository.trusted) await permitForecast(unasked(context), repository, forecast);
  const { signal } = new AbortController();
  await prepareWorktrees(repository);
  const fills = repository.trusted ? [] : ["--no-checkout"];
  const args = ["worktree", "add", "--quiet", ...fills, ...plan.args];
  const result = await git.run(base, args, { signal, writes: true, ok: STOPPED });
  if (result.exitCode !== 0) throw explainStop(repository, result, "git worktree add");
  if (!repository.trusted) await fill(scene, plan.folder);
  const files = counted(forecast.changes.length, "file");
  return [
    `[work tree ${plainName(shownFolder(scene, plan.folder))} on ${plan.shown}; ${files}]`,
    ...skippedNote(repository),
  ].join("\n");
}

/** Its files, by git as it runs in a repository that nobody trusted. */
async function fill({ git, base }: WorktreeScene, folder: string): Promise<void> {
  const { signal } = new AbortController();
  try {
    await linkWorktree(base, folder);
    const made = await git.open(folder, signal);
    await git.run(made, ["reset", "--hard", "--quiet", "--no-recurse-submodules"], { signal, writes: true });
  } catch (error) {
    const args = ["worktree", "remove", "--force", "--force", folder];
    await git.run(base, args, { signal, writes: true, ok: STOPPED });
    throw error;
  }
}

/** All its files are written, and those with a filter not rightly. */
async function wholeTree(scene: WorktreeScene, hash: string): Promise<Forecast> {
  const changes = await changesBetween(scene, emptyTree(scene.repository), hash);
  return { changes, trees: [hash] };
}

/** What is new was asked about under the path where it comes to lie. */
function unasked(context: GitContext): Pick<GitContext, "git" | "signal" | "access"> {
  const { git, signal } = context;
  return { git, signal, access: { signal, permit: () => undefined } };
}

/** Throws unless nothing, or an empty directory, is there, inside a root and outside of git's own folders. */
async function freeFolder(
  { git, workspace, repository, signal }: WorktreeScene,
  path: string | undefined,
): Promise<Place> {
  if (path === undefined)
    throw new ToolError("invalid_input", "add needs path, the folder of the new work tree", {
      hint: "Such as .worktrees/name, or a folder beside the repository inside the root.",
    });
  const located = workspace.locate(path);
  const place = workspace.resolve(located);
  const whole = pathOfPlace(place);
  const own = [repository.gitDir, repository.commonDir];
  const isGits = whole.split("/").includes(".git") || own.some((dir) => `${whole}/`.startsWith(`${dir}/`));
  if (isGits)
    throw new ToolError("denied", `${plainName(located.shown)} lies in git's own folder`, {
      hint: "Choose a folder outside of .git.",
    });
  const files = git.files(signal);
  const kind = await files.kindOf(whole);
  const isFree = kind === undefined || (kind === "directory" && (await files.entries(whole))?.length === 0);
  if (!isFree)
    throw new ToolError("conflict", `something is at ${plainName(located.shown)} already`, {
      hint: "Choose a path where nothing is.",
    });
  return place;
}

interface Start {
  readonly args: readonly string[];
  readonly shown: string;
  readonly commit: NamedHash;
}

async function startAt(scene: WorktreeScene, { path = "", ref, create }: AddAsk): Promise<Start> {
  const folder = folderOf(scene, path);
  const [commit] = await hashesOf(scene, [ref ?? "HEAD"]);
  if (commit === undefined) throw new Error("no commit for a revision");
  if (create !== undefined) {
    await checkNewBranch(scene, create);
    return {
      args: ["--no-track", "-b", create, folder, commit.hash],
      shown: `${plainName(create)}, a new branch at ${shortHash(commit.hash)}`,
      commit,
    };
  }
  const branch = ref === undefined ? undefined : commit.name?.replace(/^refs\/heads\//u, "");
  const isBranch = branch !== undefined && commit.name === `refs/heads/${branch}` && isName(branch);
  if (!isBranch || ref === "HEAD" || ref === "@")
    return {
      args: ["--detach", folder, commit.hash],
      shown: `${shortHash(commit.hash)}, detached`,
      commit,
    };
  await refuseElsewhere(scene, branch, undefined);
  return { args: [folder, branch], shown: plainName(branch), commit };
}

/** Where a work tree of that path would lie. */
export function folderOf({ workspace }: WorktreeScene, path: string): string {
  return pathOfPlace(workspace.resolve(workspace.locate(path)));
}
