import { readFileSync, readlinkSync, statSync } from "node:fs";
import { isErrno } from "../errors.ts";
import { isAlive } from "../process/is-alive.ts";

/** A lock that names no owner, or one in another container, is a crash once it is older than this. */
export const SILENT_MS = 2_000;
const FOREIGN_MS = 30_000;

/** True when whoever holds this lock, or held it and died, is gone; false when nobody does. */
export function isAbandoned(lock: string): boolean {
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

let tag: string | undefined;

/** Number, start and process space of this process: a number alone may be given to another process later. */
export function ownTag(): string {
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
