import { randomBytes } from "node:crypto";
import {
  closeSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isErrno, StartupError } from "../errors.ts";

/** Milliseconds to wait for another process, which holds a lock for the length of one small change. */
const PATIENCE_MS = 10_000;
/** A lock that names no owner, or one in another container, is a crash once it is older than this. */
const SILENT_MS = 2_000;
const FOREIGN_MS = 30_000;
const LOOK_EVERY = 3;
/** File systems without hard links say one of these. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"] as const;

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

function release(lock: string, since: number): void {
  try {
    // a process that stood still for long may have lost it to another one
    if (Date.now() - since < SILENT_MS || readFileSync(lock, "utf8") === ownTag()) unlinkSync(lock);
  } catch {
    // a person deleted it; or the disk broke just now, and what was done is still done
  }
}

/** By a second name of a file that says who we are: a new file for each lock would cost a hundred times as much. */
function take(lock: string): boolean {
  const owner = ownerFile(lock);
  try {
    if (owner === undefined) return takeAnew(lock);
    linkSync(owner, lock);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    owners.delete(lock);
    if (isErrno(error, "ENOENT")) return takeAnew(lock);
    if (!isErrno(error, ...NO_LINKS)) throw error;
    owners.set(lock, undefined);
    return takeAnew(lock);
  }
}

/** As a file of its own, where there are no links and for what is seldom locked. */
function takeAnew(lock: string): boolean {
  try {
    writeNew(lock);
    return true;
  } catch (error) {
    // Windows says EPERM while a deleted lock is still open somewhere
    if (isErrno(error, "EEXIST", "EPERM")) return false;
    throw error;
  }
}

function writeNew(path: string): void {
  const fd = openSync(path, "wx", 0o600);
  try {
    writeSync(fd, ownTag());
  } catch (error) {
    // a full disk takes the name, and not the owner
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Of each lock that this process takes; undefined where the file system has no links. Gone with the process. */
const owners = new Map<string, string | undefined>();

function ownerFile(lock: string): string | undefined {
  if (owners.has(lock)) return owners.get(lock);
  if (owners.size === 0) process.once("exit", dropOwners);
  clearOwners(lock);
  // the first process of every container has the same number
  const path = `${lock}.${process.pid}-${randomBytes(4).toString("hex")}`;
  writeNew(path);
  owners.set(lock, path);
  return path;
}

function dropOwners(): void {
  for (const path of owners.values()) if (path !== undefined) rmSync(path, { force: true });
}

/** Those of processes that were killed. */
function clearOwners(lock: string): void {
  for (const name of readdirSync(dirname(lock))) {
    const path = join(dirname(lock), name);
    if (/\.lock\.\d+-[0-9a-f]+$/.test(name) && path.startsWith(`${lock}.`) && isAbandoned(path))
      rmSync(path, { force: true });
  }
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

function isAbandoned(lock: string): boolean {
  try {
    const [pid = "", started = "", space = ""] = readFileSync(lock, "utf8").split(" ");
    const { nlink, ctimeMs, mtimeMs } = statSync(lock);
    // a second name changes only the time of the inode
    const age = Date.now() - (nlink > 1 ? ctimeMs : mtimeMs);
    if (pid === "") return age > SILENT_MS;
    // the numbers of another container's processes mean nothing here
    if (space !== "" && space !== ownSpace()) return age > FOREIGN_MS;
    return !isAlive(Number(pid)) || (started !== "" && startOf(pid) !== started);
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

let tag: string | undefined;

/** Number, start and process space of this process: a number alone may be given to another process later. */
function ownTag(): string {
  tag ??= [process.pid, startOf("self"), ownSpace()].join(" ");
  return tag;
}

/** When a process started, in the kernel's ticks; "" where there is no /proc. */
function startOf(pid: string): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // the name before it may hold spaces and parentheses
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function ownSpace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
