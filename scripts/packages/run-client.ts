import { execFile } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

const MINUTE = 60_000;
const MOST_OUTPUT = 2 ** 30;

export interface Run {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly minutes?: number;
}

/**
 * Runs a registry's client without a shell, for `minutes` (default 5) at most, and returns what it printed. Throws with
 * the last lines of what it complained about.
 */
export async function runClient(command: string, args: readonly string[], run: Run): Promise<Buffer> {
  const options = {
    cwd: run.cwd,
    env: { ...process.env, ...run.env },
    encoding: "buffer" as const,
    maxBuffer: MOST_OUTPUT,
    timeout: (run.minutes ?? 5) * MINUTE,
  };
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command}: ${lastLines(stderr) || lastLines(stdout) || error.message}`));
    });
    child.stdin?.end();
  });
}

function lastLines(output: Buffer): string {
  // Some clients colour what they print to nobody.
  const plain = stripVTControlCharacters(output.toString("utf8"));
  return plain.trim().split("\n").slice(-4).join(" / ").slice(-500);
}
