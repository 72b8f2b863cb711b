import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isErrno, StartupError } from "../errors.ts";

/** Milliseconds to wait for another process, which holds the lock for the length of one small write. */
const PATIENCE_MS = 10_000;
/** A lock without an owner's number is a crash between two system calls, once it is older than this. */
const EMPTY_MS = 2_000;

/**
 * Runs `work` while no other process does so for the same path. A lock whose owner is dead is taken over.
 * Throws `StartupError` that names the lock when it cannot be had in ten seconds.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await take(lock))) {
    if (Date.now() > deadline)
      throw new StartupError(`${lock} is held by another process; delete it if none runs`);
    if (await isAbandoned(lock)) await breakLock(lock);
    await sleep(5 + Math.random() * 20);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    // Windows says EPERM while a deleted lock is still open somewhere
    if (isErrno(error, "EEXIST", "EPERM")) return false;
    throw error;
  }
}

/** Only one process may break a lock at a time, or the second would remove the lock that the first took. */
async function breakLock(lock: string): Promise<void> {
  const breaking = `${lock}.break`;
  if (!(await take(breaking))) {
    if (await isAbandoned(breaking)) await rm(breaking, { force: true });
    return;
  }
  try {
    if (await isAbandoned(lock)) await rm(lock, { force: true });
  } finally {
    await rm(breaking, { force: true });
  }
}

async function isAbandoned(lock: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(lock, "utf8"));
    if (owner > 0) return !isAlive(owner);
    return Date.now() - (await stat(lock)).mtimeMs > EMPTY_MS;
  } catch (error) {
    if (isErrno(error, "ENOENT", "EPERM")) return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, "EPERM");
  }
}
