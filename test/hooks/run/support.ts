import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spawnSync } from "node:child_process";
import type { Handler } from "../../../hooks/handler.ts";
import { hookEnvironment } from "../../../hooks/run/hook-environment.ts";
import { runCommand, type AboutCommand } from "../../../hooks/run/run-command.ts";
import type { HandlerRun } from "../../../hooks/outcome.ts";

/** A folder with scripts in it, removed at the end. */
export interface ScriptFolder extends AsyncDisposable {
  readonly path: string;
  /** Writes an executable file and gives its path. */
  script(name: string, text: string, mode?: number): Promise<string>;
  /** What is in a file, as soon as it is there. */
  text(name: string): Promise<string>;
}

/** Makes a folder of this name in a fresh temporary one. */
export async function scriptFolder(name = "project"): Promise<ScriptFolder> {
  const base = await realpath(await mkdtemp(join(tmpdir(), "plumb-hook-")));
  const path = join(base, name);
  await mkdir(path);
  return {
    path,
    async script(file, text, mode = 0o755) {
      const full = join(path, file);
      await mkdir(dirname(full), { recursive: true });
      await writeFile(full, text);
      await chmod(full, mode);
      return full;
    },
    async text(file) {
      for (let tries = 0; tries < 200; tries++) {
        const text = await readFile(join(path, file), "utf8").catch(() => "");
        if (text !== "") return text;
        await sleep(25);
      }
      throw new Error(`${file} was never written`);
    },
    async [Symbol.asyncDispose]() {
      await rm(base, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A handler with the rest filled in. */
export function handler(given: Partial<Handler>): Handler {
  const type = given.url === undefined ? "command" : "http";
  return {
    event: "PreToolUse",
    type,
    timeoutMs: 20_000,
    async: false,
    at: "PreToolUse[0].hooks[0]",
    line: 1,
    ...given,
  };
}

/** Runs a handler in a folder as the runner does. */
export function runIn(
  folder: Pick<ScriptFolder, "path">,
  given: Partial<Handler>,
  about: Partial<AboutCommand> = {},
): Promise<HandlerRun> {
  const env = hookEnvironment({ root: folder.path, event: "PreToolUse", extra: [], env: process.env });
  const { signal } = new AbortController();
  return runCommand(handler(given), { cwd: folder.path, stdin: "{}", env, signal, ...about });
}

/** True as soon as every process is gone or waits only to be reaped. */
export async function dead(pids: readonly number[]): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    const states = await Promise.all(pids.map(stateOf));
    if (states.every((state) => state === "gone" || state === "Z")) return true;
    await sleep(25);
  }
  return false;
}

async function stateOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") gone");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[0] ?? "gone";
}

/** Why a test cannot run on this machine; nothing when the program is there. */
export function missing(program: string): string | undefined {
  const { error } = spawnSync(program, ["--version"], { stdio: "ignore" });
  return error === undefined ? undefined : `${program} is not installed`;
}
