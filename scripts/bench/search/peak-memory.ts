import { readFileSync, readdirSync } from "node:fs";

const EVERY_MS = 50;

export interface PeakMemory {
  /** Stops looking: the most MiB that the process and its children had at once; NaN where there is no /proc. */
  stop(): number;
}

/** Looks at the resident memory of a process and all that it starts. */
export function watchMemory(pid: number): PeakMemory {
  let most = residentKiB(pid);
  const timer = setInterval(() => {
    most = Math.max(most, residentKiB(pid));
  }, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return Math.max(most, residentKiB(pid)) / 1_024 || Number.NaN;
    },
  };
}

/** 0 for a process that is gone. */
function residentKiB(pid: number): number {
  try {
    const own = /^VmRSS:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
    return children(pid).reduce((total, child) => total + residentKiB(child), Number(own));
  } catch {
    return 0;
  }
}

function children(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}
