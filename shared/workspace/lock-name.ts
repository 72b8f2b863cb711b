import { randomBytes } from "node:crypto";
import {
  closeSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { isErrno } from "../errors.ts";
import { isAbandoned, ownTag, SILENT_MS } from "./lock-owner.ts";

/** File systems without hard links say one of these. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"] as const;

/** Lets go of a lock that was taken at `since`, in milliseconds since 1970. */
export function release(lock: string, since: number): void {
  try {
    // a process that stood still for long may have lost it to another one
    if (Date.now() - since < SILENT_MS || readFileSync(lock, "utf8") === ownTag()) unlinkSync(lock);
  } catch {
    // a person deleted it; or the disk broke just now, and what was done is still done
  }
}

/**
 * Takes a lock, or says false when it is taken: by a second name of a file that says who we are, one for all locks of a
 * `family`, since a new file for each would cost a hundred times as much.
 */
export function take(lock: string, family = lock): boolean {
  const owner = ownerFile(family);
  try {
    if (owner === undefined) return takeAnew(lock);
    linkSync(owner, lock);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    owners.delete(family);
    if (isErrno(error, "ENOENT")) return takeAnew(lock);
    if (!isErrno(error, ...NO_LINKS)) throw error;
    owners.set(family, undefined);
    return takeAnew(lock);
  }
}

/** As a file of its own, where there are no links and for what is seldom locked. */
export function takeAnew(lock: string): boolean {
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

/** Of each family of locks that this process takes; undefined where the file system has no links. Gone with the process. */
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
