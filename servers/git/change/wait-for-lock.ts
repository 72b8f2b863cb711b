import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ToolError } from "../../../shared/errors.ts";
import type { Scene } from "./scene.ts";

const WAITS_MS = [50, 150, 400, 0];

/**
 * Waits a moment for another git that writes the index. Throws `conflict` when it does not end: some commands say
 * nothing of a lock, and have begun by then.
 */
export async function waitForLock({ git, repository, signal }: Scene): Promise<void> {
  const files = git.files(signal);
  for (const wait of WAITS_MS) {
    if ((await files.kindOf(join(repository.gitDir, "index.lock"))) === undefined) return;
    await setTimeout(wait, undefined, { signal });
  }
  throw new ToolError(
    "conflict",
    "another git process is at work in this repository, or one died and left its lock",
    {
      hint: "Try again in a moment; if it stays so, the person has to remove index.lock in the git folder.",
    },
  );
}
