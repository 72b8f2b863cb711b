import { readFileSync, readdirSync } from "node:fs";

const EVERY_MS = 100;

export interface PeakMemory {
  /** Stops looking: the most MiB that the process and its children had at once; NaN where there is no /proc. */
  stop(): number;
}

/** Looks at the memory of a process and all that it starts; what they share, as Node's own program, counts once. */
export function watchMemory(pid: number): PeakMemory {
  let most = proportionalKiB(pid);
  const timer = setInterval(() => {
    most = Math.max(most, proportionalKiB(pid));
  }, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return Math.max(most, proportionalKiB(pid)) / 1_024 || Number.NaN;
    },
  };
}

/** 0 for a process that is gone. */
function proportionalKiB(pid: number): number {
  try {
    const own = /^Pss:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? "0";
    return children(pid).reduce((total, child) => total + proportionalKiB(child), Number(own));
  } catch {
    return 0;
  }
}

function children(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}
