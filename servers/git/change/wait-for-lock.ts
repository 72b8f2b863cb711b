import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ToolError } from "../../../shared/errors.ts";
import type { Scene } from "./scene.ts";

const WAITS_MS = [50, 150, 400, 0];

/**
 * Waits a moment for another git that writes the index or one of these references, whole names or `HEAD`. Throws
 * `conflict` when it does not end: some commands say nothing of a lock, others have changed half of it by then.
 */
export async function waitForLock(
  { git, repository, signal }: Omit<Scene, "refs">,
  references: readonly string[] = [],
): Promise<void> {
  const { gitDir, commonDir } = repository;
  const files = git.files(signal);
  const locks = ["index", ...references].map((name) => ({
    name: `${name}.lock`,
    path: join(name.startsWith("refs/") ? commonDir : gitDir, `${name}.lock`),
  }));
  const held = async (): Promise<string | undefined> => {
    for (const { name, path } of locks) if ((await files.kindOf(path)) !== undefined) return name;
    return undefined;
  };
  let last = await held();
  for (const wait of WAITS_MS) {
    if (last === undefined) return;
    await setTimeout(wait, undefined, { signal });
    last = await held();
  }
  if (last === undefined) return;
  throw new ToolError(
    "conflict",
    "another git process is at work in this repository, or one died and left its lock",
    {
      hint: `Try again in a moment; if it stays so, the person has to remove ${last} in the git folder.`,
    },
  );
}

/** What an operation on the current branch moves. */
export async function movedHere({ refs }: Pick<Scene, "refs">): Promise<string[]> {
  const { branch } = await refs.head();
  return ["HEAD", ...(branch === undefined ? [] : [`refs/heads/${branch}`])];
}
