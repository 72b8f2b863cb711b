import { isErrno } from "../errors.ts";

/** True while a process has this number, also one of another user; false for what is no number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, "EPERM");
  }
}
