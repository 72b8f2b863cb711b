import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as z from "zod";
import { watchMemory } from "../peak-memory.ts";
import type { Contender, Session } from "../system.ts";

const VERSION = "0.7.0";
const Answer = z.object({
  ms: z.number(),
  results: z
    .array(z.object({ path: z.string(), startLine: z.int(), endLine: z.int(), text: z.string() }))
    .default([]),
});

interface Program {
  readonly python: string;
  readonly script: string;
  readonly home: string;
}

/** Its vectors come from a hub that is not asked here, so this is its words and its ranking alone. */
export function semble(script: string): Contender {
  const name = "semble, words alone";
  return {
    name,
    ours: false,
    prepare({ cache }) {
      const folder = join(cache, "peers", "semble");
      const program = { python: install(folder), script, home: join(folder, "home") };
      return Promise.resolve({ name, version: VERSION, open: (source) => open(source, program) });
    },
  };
}

function install(folder: string): string {
  const python = join(folder, "bin/python");
  if (!existsSync(join(folder, "bin/semble"))) {
    execFileSync("python3", ["-m", "venv", folder], { stdio: ["ignore", "ignore", "inherit"] });
    const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
    execFileSync(python, [...args, `semble==${VERSION}`], { stdio: ["ignore", "ignore", "inherit"] });
  }
  mkdirSync(join(folder, "home"), { recursive: true });
  return python;
}

async function open(folder: string, { python, script, home }: Program): Promise<Session> {
  const child = spawn(python, [script], {
    env: { ...process.env, HOME: home, XDG_CACHE_HOME: home, HF_HUB_OFFLINE: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: unknown): Promise<z.infer<typeof Answer>> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error("it ended");
    return Answer.parse(JSON.parse(value));
  };
  const memory = watchMemory(child.pid ?? 0);
  const { ms } = await ask({ index: folder });
  return {
    indexSeconds: ms / 1_000,
    peakMiB: memory.stop(),
    async search(query, limit) {
      const began = performance.now();
      const { results } = await ask({ query, limit });
      return { results, ms: performance.now() - began };
    },
    async close() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.stdin.end();
      await gone;
    },
  };
}
