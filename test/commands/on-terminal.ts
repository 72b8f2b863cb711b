import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { CLI, type Person } from "./command-line.ts";

const SCRIPT = "/usr/bin/script";

interface Typed {
  /** Lines, each typed when a question offers `N`. */
  readonly lines?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `plumbline` at a terminal of its own; undefined where that cannot be had. */
export const onTerminal = existsSync(SCRIPT) ? run : undefined;

async function run(
  me: Person,
  words: string,
  { lines = [], env = {} }: Typed = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(SCRIPT, ["-qec", `'${process.execPath}' '${CLI}' ${words}`, "/dev/null"], {
    cwd: me.project,
    env: { ...me.env, TERM: "dumb", ...env },
  });
  const left = [...lines];
  child.stdout.on("data", (chunk: Buffer) => {
    const line = /\[y\/N|\[N\]o/u.test(chunk.toString()) ? left.shift() : undefined;
    if (line !== undefined) child.stdin.write(`${line}\n`);
  });
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { output: await text(child.stdout), code: await code };
}
