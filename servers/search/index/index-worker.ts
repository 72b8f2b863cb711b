import { setFlagsFromString } from "node:v8";
import { ToolError } from "../../../shared/errors.ts";
import { serveMessages } from "../../../shared/process/serve-messages.ts";
import { Indexer } from "./indexer.ts";
import { isBrokenParser } from "./maker.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

const MIB = 1024 * 1024;

// V8 optimizes what ran for a while. In a worker that lives for seconds that takes longer than it saves, once for each thread:
// Node 20's begins with code that ran eight times, and WebAssembly that ran three times as long as it would ask for. Later
// ones wait longer by themselves, and know other names for it.
if (process.versions.v8.startsWith("11.")) {
  setFlagsFromString("--interrupt-budget=500000");
  setFlagsFromString("--wasm-tiering-budget=5000000");
}

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
