import { worktreesOf, type Worktree } from "../../../shared/git/worktrees.ts";
import { oneLine, plainName } from "../text/foreign.ts";
import { counted } from "../../../shared/listed.ts";
import type { WorktreeScene } from "./scene.ts";
import { shortHash } from "../text/commit.ts";

const MOST = 200;

/** Every work tree of a repository, a line each. */
export async function listWorktrees(scene: WorktreeScene): Promise<string> {
  const all = await worktreesOf(scene.git.files(scene.signal), scene.repository);
  const shown = all.slice(0, MOST);
  const rest = all.length > MOST ? `, the first ${MOST}` : "";
  return [`[${counted(all.length, "work tree")}${rest}]`, ...shown.map((each) => lineOf(scene, each))].join(
    "\n",
  );
}

function lineOf(scene: WorktreeScene, tree: Worktree): string {
  const { path, inside, bare, branch, hash, locked, gone } = tree;
  const where = inside ? plainName(shownFolder(scene, path)) : "outside the roots";
  const facts = [
    bare ? "bare" : branch === undefined ? `detached at ${shortHash(hash ?? "")}` : plainName(branch),
    ...(tree.id === undefined ? ["main"] : []),
    ...(path === scene.repository.workTree ? ["this one"] : []),
    ...(locked === undefined ? [] : [locked === "" ? "locked" : `locked: ${oneLine(locked)}`]),
    ...(gone ? ["its folder is gone: remove takes it off the list"] : []),
  ];
  return `${where}: ${facts.join(", ")}`;
}

/** A folder inside the roots, as paths of calls are written. */
export function shownFolder({ workspace }: WorktreeScene, path: string): string {
  const { root, parts } = workspace.locate(path);
  return workspace.show({ root: root.path, relative: parts.join("/") });
}
