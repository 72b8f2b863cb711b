import { join } from "node:path";
import type { HistoryScene } from "../change/scene.ts";

/** What a branch follows. */
export interface Following {
  readonly branch: string;
  readonly remote: string;
  /** The whole name of the branch there. */
  readonly merge: string;
}

/**
 * Writes what a branch follows into the repository's own configuration. Git is told the file: by itself it would write
 * into the private one that stands for it while nobody trusted the repository.
 */
export async function followRemote(
  { git, repository, signal }: Omit<HistoryScene, "refs">,
  { branch, remote, merge }: Following,
): Promise<void> {
  const file = join(repository.commonDir, "config");
  const pairs = [
    [`branch.${branch}.remote`, remote],
    [`branch.${branch}.merge`, merge],
  ] as const;
  for (const [key, value] of pairs)
    await git.run(repository, ["config", "--file", file, "--replace-all", key, value], {
      signal,
      writes: true,
    });
}
