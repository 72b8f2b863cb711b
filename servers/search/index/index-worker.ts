import { ToolError } from "../../../shared/errors.ts";
import { serveMessages } from "../../../shared/process/serve-messages.ts";
import { Indexer } from "./indexer.ts";
import { isBrokenParser } from "./maker.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

const MIB = 1024 * 1024;

let indexer: Indexer | undefined;

serveMessages<ToWorker, FromWorker>(
  async ({ id, task }, say) => {
    try {
      const here = indexerOf(say);
      const result = await here.do(task);
      say({ kind: "done", id, result, megabytes: inUse(), lost: here.isLost });
    } catch (error) {
      // whoever asked does it again with care, and learns from our second death which file it was
      if (isBrokenParser(error)) process.exit(1);
      const { code, hint } = error instanceof ToolError ? error : { code: "internal", hint: undefined };
      const message = error instanceof Error ? error.message : String(error);
      say({ kind: "failed", id, code, message, hint });
    }
  },
  ({ task }, say) => indexerOf(say).foresee(task),
);

function indexerOf(say: (message: FromWorker) => void): Indexer {
  indexer ??= new Indexer({
    at: (path) => say({ kind: "at", ...(path === undefined ? {} : { path }) }),
    failed: () => process.exit(1),
  });
  return indexer;
}

/** What the database maps of its file is the system's to take back, so it does not count. */
function inUse(): number {
  const { heapTotal, external } = process.memoryUsage();
  return (heapTotal + external) / MIB;
}
