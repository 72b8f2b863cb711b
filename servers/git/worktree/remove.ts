import type { Place } from "../../../shared/access.ts";
import { ToolError } from "../../../shared/errors.ts";
import { placeInRepository } from "../../../shared/git/paths.ts";
import { worktreesOf, type Worktree } from "../../../shared/git/worktrees.ts";
import type { GitContext } from "../deps.ts";
import { oneLine, plainName } from "../text/foreign.ts";
import { listed } from "../../../shared/listed.ts";
import { explainStop } from "../change/in-the-way.ts";
import { STOPPED } from "../merge/run.ts";
import { folderOf } from "./add.ts";
import type { WorktreeScene } from "./scene.ts";
import { shownFolder } from "./list.ts";
import { shortHash } from "../text/commit.ts";

const MAX_BYTES = 512 * 1024 * 1024;

interface Doomed {
  readonly folder: string;
  readonly shown: string;
  readonly tree: Worktree;
}

/** Throws for a work tree that is not there, is locked, in use, or has work in it. */
async function planRemove(scene: WorktreeScene, path: string | undefined): Promise<Doomed> {
  if (path === undefined)
    throw new ToolError("invalid_input", "remove needs path, the folder of the work tree", {
      hint: "Action list shows them.",
    });
  const folder = folderOf(scene, path);
  const tree = await linkedAt(scene, folder);
  const shown = plainName(shownFolder(scene, folder));
  const { locked, gone } = tree;
  if (locked !== undefined)
    throw new ToolError("conflict", `${shown} is locked${locked === "" ? "" : `: ${oneLine(locked)}`}`, {
      hint: "The person can unlock it: git worktree unlock",
    });
  const isInUse = scene.workspace.roots.some((root) => `${root.path}/`.startsWith(`${folder}/`));
  if (isInUse)
    throw new ToolError("conflict", `${shown} holds a root, so it is not removed`, {
      hint: "The person can remove it: git worktree remove",
    });
  if (!gone) await expectClean(scene, folder, shown);
  return { folder, shown, tree };
}

/** All that goes with a work tree, what git ignores there too. */
export async function placesIn(scene: WorktreeScene, path: string | undefined): Promise<Place[]> {
  const { folder, tree } = await planRemove(scene, path);
  if (tree.gone) return [];
  const { git, signal } = scene;
  const there = await git.open(folder, signal);
  const text = await git.text(there, ["ls-files", "-z", "--cached", "--others"], {
    signal,
    maxBytes: MAX_BYTES,
  });
  const names = text.split("\0").filter((name) => name !== "");
  return names.map((name) => placeInRepository(there, name));
}

/** Removes a linked work tree with its folder; its branch stays. Throws for one with work in it, locked, or in use. */
export async function removeWorktree(
  scene: WorktreeScene,
  path: string | undefined,
  { access }: Pick<GitContext, "access">,
): Promise<string> {
  const { folder, shown, tree } = await planRemove(scene, path);
  for (const place of await placesIn(scene, path)) access.permit(place, "replace");
  const { signal } = new AbortController();
  const args = ["worktree", "remove", folder];
  const result = await scene.git.run(scene.base, args, { signal, writes: true, ok: STOPPED });
  if (result.exitCode !== 0) throw refusal(scene, shown, result);
  const { branch, hash = "" } = tree;
  const rest =
    branch === undefined ? `it was detached at ${shortHash(hash)}` : `branch ${plainName(branch)} stays`;
  return `[work tree ${shown} removed; ${rest}]`;
}

async function linkedAt(scene: WorktreeScene, folder: string): Promise<Worktree> {
  const { git, repository, signal } = scene;
  const all = await worktreesOf(git.files(signal), repository);
  const found = all.find(({ inside, path }) => inside && path === folder);
  if (found?.id !== undefined) return found;
  const shown = plainName(shownFolder(scene, folder));
  throw new ToolError(
    found === undefined ? "not_found" : "conflict",
    found === undefined ? `${shown} is no work tree of this repository` : `${shown} is the main work tree`,
    { hint: "Action list shows them." },
  );
}

/** Git looks too, but tells no paths. */
async function expectClean({ git, signal }: WorktreeScene, folder: string, shown: string): Promise<void> {
  const there = await git.open(folder, signal);
  const args = ["status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=none"];
  const text = await git.text(there, args, { signal });
  const dirty = text
    .split("\0")
    .flatMap((entry) => (/^.. ./u.test(entry) ? [plainName(entry.slice(3))] : []));
  if (dirty.length === 0) return;
  throw new ToolError("conflict", `${shown} has work that is not committed: ${listed(dirty)}`, {
    hint: "Commit it there, with repo set to that path, or delete it first.",
  });
}

function refusal(
  { repository }: WorktreeScene,
  shown: string,
  result: { stderr: string; exitCode: number | undefined },
): ToolError {
  if (/containing submodules/u.test(result.stderr))
    return new ToolError("conflict", `${shown} holds submodules, so git does not remove it`, {
      hint: "The person can: git worktree remove --force",
    });
  return explainStop(repository, result, "git worktree remove");
}
