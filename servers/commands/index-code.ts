import type { Flags } from "../../shared/config/layer.ts";
import { makeCall } from "./make-call.ts";
import { progressBar } from "./progress-bar.ts";
import { printForeign } from "./terminal.ts";

/** `plumbline index`: brings the index of the roots up to date, shows how far it is, and says how it stands. */
export async function indexCode(path: string | undefined, flags: Flags): Promise<void> {
  const bar = progressBar("indexing");
  const input = { wait: true, ...(path === undefined ? {} : { path }) };
  const answer = await makeCall({ server: "search", tool: "index_status", input, flags, report: bar.show });
  bar.clear();
  const failed = answer.error !== undefined;
  if (failed) process.exitCode = 1;
  for (const part of answer.parts)
    if (part.type === "text") printForeign(part.text, failed ? process.stderr : process.stdout);
}
