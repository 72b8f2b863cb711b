import { worded } from "./contain-errors.ts";
import { TooMuch, WalkDirectory } from "./walk-directory.ts";
import type { WalkRequest, WalkResult } from "./walk-request.ts";
import { walkTree } from "./walk-tree.ts";
import type { WalkJob } from "./walk-worker.ts";

/** Entries of a directory that is listed here; this many take a few milliseconds. */
const MOST_ENTRIES = 10_000;
/** Bytes of ignore files times characters that they are compared with: a tenth of a second at worst. */
const MOST_COMPARED = 20_000_000;

/**
 * Lists one directory in this thread, which takes half the time of asking a worker. Undefined where only a worker keeps
 * others from waiting: for trees, globs of a caller, facts, very many entries, and long ignore files.
 */
export async function listFlat(job: WalkJob, signal: AbortSignal): Promise<WalkResult | undefined> {
  const { containment, parts, request } = job;
  // Where paths are compared, a wait between reading and comparing would give a race more time.
  if (containment !== "handles" || !isFlat(request)) return undefined;
  const opened: WalkDirectory[] = [];
  const allowance = { bytes: 0 };
  const open = (path: string): WalkDirectory => {
    const directory = WalkDirectory.open(path, containment, allowance);
    opened.push(directory);
    return directory;
  };
  try {
    const base = open(job.base);
    const entries = await base.readFew(MOST_ENTRIES);
    signal.throwIfAborted();
    if (entries === undefined) return undefined;
    const above = parts.join("/").length;
    allowance.bytes = MOST_COMPARED / entries.reduce((sum, { name }) => sum + above + name.length, 1);
    return walkTree({ root: open(job.root), base, parts }, request);
  } catch (error) {
    if (error instanceof TooMuch) return undefined;
    throw worded(job.shown, error);
  } finally {
    for (const directory of opened) directory.close();
  }
}

function isFlat({ depth, globs = [], facts = false, sort = "path" }: WalkRequest): boolean {
  return depth === 1 && globs.length === 0 && !facts && sort === "path";
}
