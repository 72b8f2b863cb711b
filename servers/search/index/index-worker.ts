import { ToolError } from "../../../shared/errors.ts";
import { serveMessages } from "../../../shared/process/serve-messages.ts";
import { isBrokenParser, Indexer } from "./indexer.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

const MIB = 1024 * 1024;

const indexer = new Indexer();

serveMessages<ToWorker, FromWorker>(async ({ id, task }, say) => {
  try {
    const result = await indexer.do(task, (path) => say({ kind: "at", path }));
    say({ kind: "done", id, result, megabytes: inUse(), lost: indexer.isLost });
  } catch (error) {
    // whoever asked learns from our death which file it was
    if (isBrokenParser(error)) process.exit(1);
    const { code, hint } = error instanceof ToolError ? error : { code: "internal", hint: undefined };
    const message = error instanceof Error ? error.message : String(error);
    say({ kind: "failed", id, code, message, hint });
  }
});

/** What the database maps of its file is the system's to take back, so it does not count. */
function inUse(): number {
  const { heapTotal, external } = process.memoryUsage();
  return (heapTotal + external) / MIB;
}
