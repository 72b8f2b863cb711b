import { parseStatus } from "../engine/git/parse-status.ts";
import type { GitRunIn } from "../engine/git/run.ts";
import type { StatusEntry } from "../engine/shapes.ts";

const MAX_BYTES = 128 * 1024 * 1024;

/** What differs from HEAD and from the index below the paths, renames taken apart. */
export async function statusEntries(
  { git, repository, signal }: GitRunIn,
  ask: { readonly pathspecs?: readonly string[]; readonly untracked: "all" | "normal" | "no" },
): Promise<readonly StatusEntry[]> {
  const args = ["status", "--porcelain=v2", "-z", "--no-renames", "--ignore-submodules=dirty"];
  const rest = [`--untracked-files=${ask.untracked}`, "--", ...(ask.pathspecs ?? [])];
  const text = await git.text(repository, [...args, ...rest], { signal, maxBytes: MAX_BYTES });
  return parseStatus(text).entries;
}
