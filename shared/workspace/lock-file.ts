import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { StartupError } from "../errors.ts";
import { release, take, takeAnew } from "./lock-name.ts";
import { isAbandoned } from "./lock-owner.ts";

/** Milliseconds to wait for another process, which holds a lock for the length of one small change. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY = 3;

export interface LockOptions {
  /** Runs under the lock before the work when its last owner died while holding it. */
  readonly recover?: () => Promise<void>;
}

/**
 * Runs `work` while no other process does so for the same path. A lock whose owner is dead is taken over. When the
 * work is synchronous, nothing else of this process runs either. Throws `StartupError` that names the lock when it
 * cannot be had in ten seconds.
 */
export async function withLock<T>(
  path: string,
  work: () => T | Promise<T>,
  { recover }: LockOptions = {},
): Promise<T> {
  const lock = `${path}.lock`;
  const deadline = Date.now() + PATIENCE_MS;
  let since = Date.now();
  let dead: string | undefined;
  for (let tries = 1; !take(lock); tries++) {
    // most locks are let go of in a moment, and whether an owner lives takes longer to find out than that
    dead = tries % LOOK_EVERY === 0 && isAbandoned(lock) ? inherit(lock) : undefined;
    if (dead !== undefined) break;
    if (Date.now() > deadline)
      throw new StartupError(`${lock} is held by another process; delete it if none runs`);
    await sleep(Math.random() * Math.min(tries, 4));
    since = Date.now();
  }
  if (dead !== undefined && recover !== undefined) await mend(lock, dead, recover);
  try {
    const done = work();
    // whoever waits even for a moment lets others of this process find the lock taken
    return done instanceof Promise ? await done : done;
  } finally {
    release(lock, since);
  }
}

async function mend(lock: string, dead: string, recover: () => Promise<void>): Promise<void> {
  try {
    await recover();
  } catch (error) {
    // what the dead process left is as it was: whoever comes next finds its lock again
    writeFileSync(lock, dead);
    throw error;
  }
}

/** True when a process died while it held this lock: what it was about may be half done. */
export function isLockAbandoned(path: string): boolean {
  return isAbandoned(`${path}.lock`);
}

/**
 * Takes over the lock of a dead process, whose tag it returns; only one may do so at a time, or two would think that
 * they hold it. The right to do so is a lock too, and taken over in the same way.
 */
function inherit(lock: string): string | undefined {
  const right = `${lock}.break`;
  if (!takeAnew(right) && !(isAbandoned(right) && inherit(right) !== undefined)) return undefined;
  try {
    const dead = isAbandoned(lock) ? readFileSync(lock, "utf8") : undefined;
    // the right bears our tag: in one step, since whoever dies with an empty lock hides that something is half done
    if (dead === undefined) rmSync(right);
    else renameSync(right, lock);
    return dead;
  } catch (error) {
    rmSync(right, { force: true });
    throw error;
  }
}
