import type { Flags } from "../../shared/config/layer.ts";
import { makeCalls, type Answered, type MakeCall } from "./make-call.ts";
import { progressBar } from "./progress-bar.ts";
import { printForeign } from "./terminal.ts";

/** `plumbline index`: brings the index of the roots up to date, shows how far it is, and says how it stands. */
export async function indexCode(path: string | undefined, flags: Flags): Promise<void> {
  const bar = progressBar("indexing");
  const calling = { server: "search", flags, report: bar.show };
  const answer = await makeCalls(calling, async (call) => await waitForIndex(call, path));
  bar.clear();
  const failed = answer.error !== undefined;
  if (failed) process.exitCode = 1;
  for (const part of answer.parts)
    if (part.type === "text") printForeign(part.text, failed ? process.stderr : process.stdout);
}

/** Asks how the index stands until all is in: one call may not take as long as a large tree does. */
export async function waitForIndex(call: MakeCall, path?: string): Promise<Answered> {
  for (;;) {
    const answer = await call("index_status", { wait: true, ...(path === undefined ? {} : { path }) });
    const isBuilding = answer.parts.some(
      (part) => part.type === "text" && /^\[[^\n]*: building;/mu.test(part.text),
    );
    if (answer.error !== undefined || !isBuilding) return answer;
  }
}
