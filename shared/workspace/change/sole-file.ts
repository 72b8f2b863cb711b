import { hash } from "node:crypto";
import type { Draft } from "./draft.ts";

/**
 * The one file that a change is about, the same for all processes whatever path leads to it; nothing for a change that
 * touches more. Such a change is in nobody's way but those of the same file.
 */
export function soleFile({ steps, lastChecks }: Draft): string | undefined {
  const [only] = steps;
  if (only === undefined || steps.length > 1 || only.step.what !== "put" || lastChecks.length > 0)
    return undefined;
  const { folder, name } = only.spot;
  const { dev, ino } = folder.held.stats;
  // where case does not count, two spellings are one file
  return hash("sha256", `${dev}:${ino}/${name.normalize("NFC").toLowerCase()}`).slice(0, 24);
}
