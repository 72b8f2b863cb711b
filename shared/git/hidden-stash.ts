import { join } from "node:path";
import { ToolError } from "../errors.ts";
import { classify } from "../policy/protected.ts";
import type { Git, GitRun } from "./git.ts";
import { placeInRepository, showInRepository } from "./paths.ts";
import type { Repository } from "./repository.ts";

/** What git brings back by itself at the end of a merge, a commit that concludes one, or a rebase. */
const NOTES = ["MERGE_AUTOSTASH", "rebase-merge/autostash", "rebase-apply/autostash"];
const BRINGS_BACK = new Set(["commit", "merge", "rebase"]);

/**
 * Throws `denied` when a run would bring back changes to files that nobody may change unasked: no plan of a tool knows of
 * what was put aside by itself, and who made the repository may have noted anything there.
 */
export async function refuseHiddenStash(
  git: Git,
  repository: Repository,
  { args, writes = false, signal }: Pick<GitRun, "writes" | "signal"> & { readonly args: readonly string[] },
): Promise<void> {
  if (!writes || !BRINGS_BACK.has(args[0] ?? "")) return;
  const files = git.files(signal);
  for (const name of NOTES) {
    const hash = (await files.text(join(repository.gitDir, name)))?.trim();
    if (hash === undefined) continue;
    const [path] = (await changedBy(git, repository, { hash, signal })).filter(
      (each) => classify(placeInRepository(repository, each)).kind !== "plain",
    );
    if (path === undefined) continue;
    throw new ToolError(
      "denied",
      `git would bring back ${showInRepository(repository, path)} here, unasked`,
      {
        hint: "It was put aside when this was begun. The person goes on in a terminal.",
      },
    );
  }
}

async function changedBy(
  git: Git,
  repository: Repository,
  { hash, signal }: { readonly hash: string; readonly signal: AbortSignal },
): Promise<string[]> {
  if (!/^[0-9a-f]{40,64}$/u.test(hash)) return [];
  // untracked files are in a commit of their own, the third parent
  const sides = [[`${hash}^1`, hash], [`${hash}^3`]];
  const lists = await Promise.all(
    sides.map(async (side) => {
      const args = [
        "diff-tree",
        "-r",
        "-z",
        "--root",
        "--no-commit-id",
        "--name-only",
        "--no-renames",
        ...side,
        "--",
      ];
      const { stdout } = await git.run(repository, args, { signal, ok: [0, 128] });
      return stdout.toString("utf8").split("\0");
    }),
  );
  return lists.flat().filter((path) => path !== "");
}
