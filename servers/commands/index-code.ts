import { setTimeout as sleep } from "node:timers/promises";
import type { Flags } from "../../shared/config/layer.ts";
import { makeCalls, type Answered, type MakeCall } from "./make-call.ts";
import { progressBar } from "./progress-bar.ts";
import { printForeign } from "./terminal.ts";

/** Between two looks at how many vectors of a model are there, in milliseconds. */
const FILLING_MS = 1_000;
const FILLING =
  /^\[[^\n]*(?:the model is being loaded|the model knows (?<done>\d+) of (?<total>\d+) parts)/mu;

/** `plumbline index`: brings the index of the roots up to date, shows how far it is, and says how it stands. */
export async function indexCode(path: string | undefined, flags: Flags): Promise<void> {
  const bar = progressBar("indexing");
  const calling = { server: "search", flags, report: bar.show };
  const answer = await makeCalls(calling, async (call) => {
    for (;;) {
      const standing = await waitForIndex(call, path);
      const filling = FILLING.exec(textOf(standing))?.groups;
      if (standing.error !== undefined || filling === undefined) return standing;
      const { done, total } = filling;
      bar.show({
        done: Number(done ?? 0),
        message: "parts known to the model",
        ...(total === undefined ? {} : { total: Number(total) }),
      });
      await sleep(FILLING_MS);
    }
  });
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
    if (answer.error !== undefined || !/^\[[^\n]*: building;/mu.test(textOf(answer))) return answer;
  }
}

function textOf({ parts }: Answered): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("\n");
}
