import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { freshCall } from "./calls.ts";
import type { Served } from "./served.ts";

/** What a hook leaves behind that nobody may run: beside the root, whatever folder it runs in. */
export const RUN = 'cat > /dev/null; echo "$0 $*" >> "$CLAUDE_PROJECT_DIR/../canary"';
/** The same as a text for a script. */
export const RUN_SCRIPT = `#!/bin/sh\n${RUN}\n`;

/** True when something ran that leaves the canary, since it was asked last. */
export function hasRun({ root }: { readonly root: string }): boolean {
  const canary = join(dirname(root), "canary");
  if (!existsSync(canary)) return false;
  rmSync(canary);
  return true;
}

/** As `plumbline hooks trust` would, for every handler that there is or for those that run this. */
export async function approve(here: Pick<Served, "suite">, runs?: string): Promise<readonly string[]> {
  const { handlers } = await here.suite.hooks.report();
  const hashes = handlers.filter((each) => runs === undefined || each.runs === runs).map(({ hash }) => hash);
  await here.suite.hooks.approve(hashes, { kind: "yes", lifetime: "always" }, freshCall());
  return hashes;
}

/** What the report says of each handler: its trust. */
export async function trusts(here: Pick<Served, "suite">): Promise<string[]> {
  return (await here.suite.hooks.report()).handlers.map(({ trust }) => trust);
}
