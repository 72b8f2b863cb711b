import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Git } from "./git.ts";
import type { Repository } from "./repository.ts";

/** Values of the attribute that name no filter. */
const NONE = new Set(["unspecified", "unset", "set", ""]);

/**
 * Those of the paths to which the attributes of a tree give a filter. Older versions of git look such attributes up in
 * an index only, so one is made for it aside.
 */
export async function filteredInTree(
  { git, signal }: { readonly git: Git; readonly signal: AbortSignal },
  repository: Repository,
  { tree, paths }: { readonly tree: string; readonly paths: readonly string[] },
): Promise<string[]> {
  if (paths.length === 0) return [];
  const folder = await mkdtemp(join(tmpdir(), "plumbline-index-"));
  try {
    const env = { GIT_INDEX_FILE: join(folder, "index") };
    await git.run(repository, ["read-tree", tree], { signal, env });
    const stdin = paths.map((path) => `${path}\0`).join("");
    const args = ["check-attr", "--cached", "-z", "--stdin", "filter"];
    const fields = (await git.text(repository, args, { signal, env, stdin })).split("\0");
    return paths.filter((_, index) => !NONE.has(fields[index * 3 + 2] ?? ""));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
