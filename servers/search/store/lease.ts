import { mkdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { ToolError } from "../../../shared/errors.ts";
import { withLock } from "../../../shared/workspace/lock-file.ts";
import { release, takeAnew } from "../../../shared/workspace/lock-name.ts";
import { isAbandoned } from "../../../shared/workspace/lock-owner.ts";

/** Processes of other containers know by the file's time that its owner lives. */
const BEAT_MS = 10_000;

/** The right to write one root's index. */
export interface Lease {
  release(): void;
}

/**
 * The right to write the index in this folder, or undefined while another process that lives has it. One of a dead
 * process is taken over at once. A process has it once at most. Ends with the process if nobody releases it. Throws
 * `unavailable` when the folder cannot be made.
 */
export async function tryLease(folder: string): Promise<Lease | undefined> {
  makeFolder(folder);
  const path = join(folder, "lease");
  return await withLock(path, () => {
    if (!takeAnew(path)) {
      if (!isAbandoned(path)) return undefined;
      rmSync(path, { force: true });
      if (!takeAnew(path)) return undefined;
    }
    return hold(path);
  });
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const sentence = "the cache folder of the index cannot be written; PLUMBLINE_CACHE_DIR names another";
    throw new ToolError("unavailable", sentence, { details: String(error), cause: error });
  }
}

function hold(path: string): Lease {
  const since = Date.now();
  const beat = setInterval(() => touch(path), BEAT_MS).unref();
  return {
    release: () => {
      clearInterval(beat);
      release(path, since);
    },
  };
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // a person deleted it: the next one who wants it has it
  }
}
