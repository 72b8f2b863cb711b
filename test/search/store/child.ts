import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";

const PROJECT = join(import.meta.dirname, "../../..");
/** Where packages are found from. */
const FOLDER = join(PROJECT, "node_modules/.plumbline-store");

/** Another process that works on a store. */
export interface Child {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  readonly said: string[];
  /** Its next line; undefined when it ended. */
  next(): Promise<string | undefined>;
  kill(): Promise<void>;
}

/** For a test file that starts such processes: builds their program before its tests. */
export function buildsChildren(): (args: readonly string[]) => Child {
  const program = join(FOLDER, `writing-${process.pid}.mjs`);
  beforeAll(async () => {
    await mkdir(FOLDER, { recursive: true });
    await build({
      entryPoints: [join(import.meta.dirname, "writing-process.ts")],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      packages: "external",
      logLevel: "silent",
    });
  });
  afterAll(() => rm(program, { force: true }));
  return (args) => start(program, args);
}

function start(program: string, args: readonly string[]): Child {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const said: string[] = [];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    said.push(...lines);
  });
  const closed = once(child.stdout, "close");
  let read = 0;
  return {
    process: child,
    said,
    next: async () => {
      while (said.length === read && !child.stdout.closed)
        await Promise.race([once(child.stdout, "data"), closed]);
      return said[read++];
    },
    kill: async () => {
      child.kill("SIGKILL");
      await Promise.all([ended, closed]);
    },
  };
}
