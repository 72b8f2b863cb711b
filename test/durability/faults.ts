import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes system calls of one server fail, stop or kill it. */
export interface Faults extends Disposable {
  /** For the server's process. */
  readonly env: Readonly<Record<string, string>>;
  /** From now on: at that call, or at it and all later ones (`"12+"`), this happens; 0 only counts. */
  plan(at: number | `${number}+`, what: "kill" | "stop" | number): void;
  /** Nothing happens any more. What was called since the last plan, one line each. */
  done(): string[];
}

/** Says why there can be none, in one sentence. */
export function whyNoFaults(): string | undefined {
  if (process.platform !== "linux") return "only Linux preloads a library";
  try {
    execFileSync("cc", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "there is no C compiler";
  }
}

export function faults(): Faults {
  const folder = mkdtempSync(join(tmpdir(), "plumb-faults-"));
  const library = join(folder, "faults.so");
  execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, "test/durability/faults.c", "-ldl"]);
  const plan = join(folder, "plan");
  let round = 0;
  return {
    env: { LD_PRELOAD: library, FAULT_PLAN: plan },
    plan(at, what) {
      rmSync(`${plan}.trace`, { force: true });
      writeFileSync(`${plan}.new`, `${++round} ${at} ${what}`);
      renameSync(`${plan}.new`, plan);
    },
    done() {
      rmSync(plan, { force: true });
      try {
        return readFileSync(`${plan}.trace`, "utf8").trim().split("\n");
      } catch {
        return [];
      }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
