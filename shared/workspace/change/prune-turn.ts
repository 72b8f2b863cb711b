import { hash } from "node:crypto";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Root } from "../root.ts";

/**
 * True for one of several servers of the same roots, in so many milliseconds: as many windows of an editor would
 * clear away the same things at the same time. `folder` is that of the log. Throws what the operating system says.
 */
export function takePruneTurn(folder: string, roots: readonly Root[], everyMs: number): boolean {
  const key = hash("sha256", roots.map(({ path }) => path).join("\0")).slice(0, 12);
  const note = join(folder, `pruned-${key}`);
  const last = statSync(note, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  // a clock that was set back must not end all pruning
  if (Math.abs(Date.now() - last) < everyMs) return false;
  writeFileSync(note, "", { mode: 0o600 });
  return true;
}
