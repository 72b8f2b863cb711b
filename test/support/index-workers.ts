import { execFileSync } from "node:child_process";

/** Processes that parse for this one: those that live, or those that nobody waited for as well. */
export function indexWorkers(which: "living" | "all"): number[] {
  const rows = execFileSync("ps", ["-eo", "pid,ppid,stat,args"], { encoding: "utf8" }).split("\n");
  return rows.flatMap((row) => {
    const [, pid, parent, stat = "", args = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/u.exec(row) ?? [];
    if (Number(parent) !== process.pid) return [];
    const isOurs = stat.startsWith("Z")
      ? which === "all" && args.includes("node")
      : args.includes("index-worker");
    return isOurs ? [Number(pid)] : [];
  });
}
