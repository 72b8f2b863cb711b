import type { ChildProcess } from "node:child_process";

/** Between the polite signal and the one that cannot be refused. */
const GRACE_MS = 500;

// Module state on purpose: it mirrors what the operating system keeps for this process.
const groups = new Set<ChildProcess>();

/** Kills what is left of a child's group when this process exits, and when the child itself has ended. */
export function watchGroup(child: ChildProcess): void {
  if (groups.size === 0) process.on("exit", killAll);
  groups.add(child);
  child.once("exit", () => {
    signalGroup(child, "SIGKILL");
    groups.delete(child);
    if (groups.size === 0) process.off("exit", killAll);
  });
}

/** SIGTERM to the whole group, SIGKILL after `graceMs`, half a second when left out; returns at once. */
export function killGroup(child: ChildProcess, graceMs = GRACE_MS): void {
  if (!isRunning(child)) return;
  signalGroup(child, "SIGTERM");
  const timer = setTimeout(() => isRunning(child) && signalGroup(child, "SIGKILL"), graceMs);
  child.once("exit", () => clearTimeout(timer));
}

/** False as soon as the child itself has ended. */
export function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    // A negative number names the group that the child leads; Windows has no groups.
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}

function killAll(): void {
  for (const child of groups) signalGroup(child, "SIGKILL");
}
