import { mkdir, open } from "node:fs/promises";
import { constants } from "node:fs";
import { basename, join } from "node:path";
import type { Repository } from "./repository.ts";

/** The folder in which git notes linked work trees: it must be there before git is led to it by a link of ours. */
export async function prepareWorktrees({ commonDir }: Repository): Promise<void> {
  await mkdir(join(commonDir, "worktrees"), { recursive: true });
}

/**
 * Writes into the `.git` file of a new work tree where its repository really lies: git, run with a private common
 * folder, has written that one. Throws when there is no such file, which git has just made.
 */
export async function linkWorktree({ commonDir }: Repository, workTree: string): Promise<void> {
  const noLinks = constants.O_NOFOLLOW ?? 0;
  const file = await open(join(workTree, ".git"), constants.O_RDWR | noLinks);
  try {
    const [, target = ""] = /^gitdir: (.+?)\n?$/su.exec(await file.readFile("utf8")) ?? [];
    await file.truncate(0);
    await file.write(`gitdir: ${join(commonDir, "worktrees", basename(target))}\n`, 0);
  } finally {
    await file.close();
  }
}
