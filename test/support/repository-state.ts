import { join } from "node:path";
import type { Repository } from "./repository.ts";
import { snapshot } from "./tree.ts";

/**
 * All of a repository that a failed call must leave as it was, line for line: index with its flags, every file of the
 * working tree and its mode, every reference, HEAD, stash and their logs, what is under way, and what locks there are.
 * Without the objects and the index's own bytes, which hold times of files. `lax`: names in the git folder left out.
 */
export async function repositoryState(repo: Repository, lax: readonly string[] = []): Promise<string[]> {
  const isBare = (await repo.git("rev-parse", "--is-bare-repository")) === "true";
  const gitDir = isBare ? repo.root : join(repo.root, ".git");
  const left = ["objects", "index", "hooks", ...lax].map((name) => join(gitDir, name));
  const index = isBare ? Buffer.alloc(0) : await repo.bytes(["ls-files", "-s", "-v", "-z"]);
  const seen = snapshot(repo.root, left)
    // a folder for logs or references may stay when it is empty
    .filter(({ path, kind }) => !left.includes(path) && !(kind === "directory" && path.startsWith(gitDir)))
    .map(({ path, kind, content, facts }) =>
      [path.slice(repo.root.length), kind, facts.split(" ")[2], content].join(" "),
    );
  return [...index.toString("latin1").split("\0"), ...seen];
}

/** The lock files of a repository. */
export function locksOf({ root }: Repository): string[] {
  return snapshot(root)
    .map(({ path }) => path)
    .filter((path) => path.endsWith(".lock") && path.includes(".git/"));
}
