import { createHash } from "node:crypto";
import { ToolError } from "../../shared/errors.ts";
import type { EntryStat } from "../../shared/workspace/entry.ts";

/** Ten characters that differ when the thing is another one, or was changed: a cursor carries them. */
export function versionOf({ identity, size, mtimeMs }: EntryStat): string {
  return createHash("sha256").update(`${identity} ${size} ${mtimeMs}`).digest("base64url").slice(0, 10);
}

/** Throws `conflict` when a cursor was made for an earlier version of what it points into. */
export function checkVersion(expected: string, stat: EntryStat): void {
  if (versionOf(stat) === expected) return;
  throw new ToolError("conflict", "the file changed since the cursor was made", {
    hint: "Start again without the cursor.",
  });
}
