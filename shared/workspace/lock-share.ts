import { readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isErrno, StartupError } from "../errors.ts";
import { isLockAbandoned, withLock } from "./lock-file.ts";
import { release, take } from "./lock-name.ts";
import { isAbandoned } from "./lock-owner.ts";

/** As long as the lock itself is waited for. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY = 3;

/** What a share of a lock is about, and how what dead processes left half done under theirs is taken back. */
export interface ShareOptions {
  /** Letters and digits; one of each is given away at a time. */
  readonly key: string;
  /** Runs while nobody has the lock or a share of it. */
  readonly recover: () => Promise<void>;
}

/**
 * Runs `work`, which does not wait, while no other process does so for the same path and key, and none has the whole
 * lock. Throws as `withLock`.
 */
export async function withShare<T>(path: string, work: () => T, { key, recover }: ShareOptions): Promise<T> {
  const lock = `${path}.lock`;
  const share = `${sharesOf(path)}${key}`;
  const deadline = Date.now() + PATIENCE_MS;
  for (let tries = 1; ; tries++) {
    const had = attempt(share, lock, work);
    if (had !== undefined) return had.done;
    if (tries % LOOK_EVERY === 0 && (isAbandoned(share) || isAbandoned(lock)))
      await withWhole(path, () => undefined, recover);
    if (Date.now() > deadline) throw held(share);
    await sleep(Math.random() * Math.min(tries, 4));
  }
}

/** As `withLock`, and while nobody has a share either; `recover` runs first when one who had any of them died. */
export function withWhole<T>(
  path: string,
  work: () => T | Promise<T>,
  recover: () => Promise<void>,
): Promise<T> {
  const mend = async (): Promise<void> => {
    const dead = await withoutShares(path);
    await recover();
    for (const share of dead) rmSync(share, { force: true });
  };
  const begin = async (): Promise<T> => {
    if ((await withoutShares(path)).length > 0) await mend();
    return work();
  };
  return withLock(path, () => (shares(path).length === 0 ? work() : begin()), { recover: mend });
}

/** Whoever has a share looks for the lock, and whoever has the lock for shares: so one of the two sees the other. */
function attempt<T>(share: string, lock: string, work: () => T): { readonly done: T } | undefined {
  const since = Date.now();
  if (!take(share, lock)) return undefined;
  try {
    return statSync(lock, { throwIfNoEntry: false }) === undefined ? { done: work() } : undefined;
  } finally {
    release(share, since);
  }
}

/** True when a process died while it held the lock or a share of it. */
export function isAnyAbandoned(path: string): boolean {
  return isLockAbandoned(path) || shares(path).some(isAbandoned);
}

/** Waits until all who live have given their shares back; those of the dead, which stand in others' way until they are removed. */
async function withoutShares(path: string): Promise<string[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const all = shares(path);
    const alive = all.find((share) => !isAbandoned(share));
    if (alive === undefined) return all;
    if (Date.now() > deadline) throw held(alive);
    await sleep(Math.random());
  }
}

function shares(path: string): string[] {
  const start = basename(sharesOf(path));
  try {
    const folder = dirname(path);
    return readdirSync(folder).flatMap((name) => (name.startsWith(start) ? [join(folder, name)] : []));
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}

/** How the names of all shares begin. */
function sharesOf(path: string): string {
  return `${path}.share-`;
}

function held(lock: string): StartupError {
  return new StartupError(`${lock} is held by another process; delete it if none runs`);
}
