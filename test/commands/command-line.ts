import { spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

export const CLI = resolve("dist/cli.js");

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** A person of their own: a home folder, a project in it, and the built command. */
export interface Person extends AsyncDisposable {
  readonly home: string;
  readonly project: string;
  readonly state: string;
  readonly env: Readonly<Record<string, string>>;
  /** Writes a file below the home folder; anything but text as JSON. */
  write(path: string, content: unknown): Promise<string>;
  /** Runs `plumbline` in the project. */
  plumbline(args: readonly string[], options?: RunOptions): Promise<Ran>;
}

export async function person(): Promise<Person> {
  const home = await realpath(await mkdtemp(join(tmpdir(), "plumbline-person-")));
  const project = join(home, "project");
  await mkdir(join(project, ".git"), { recursive: true });
  const env = { HOME: home, USERPROFILE: home, PATH: process.env["PATH"] ?? "" };
  return {
    home,
    project,
    state: join(home, ".local", "state", "plumbline"),
    env,
    async write(path, content) {
      const file = join(home, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
      return file;
    },
    async plumbline(args, { cwd = project, env: extra = {}, stdin = "" } = {}) {
      const child = spawn(process.execPath, [CLI, ...args], { cwd, env: { ...env, ...extra } });
      child.stdin.on("error", () => undefined).end(stdin);
      const code = new Promise<number | null>((resolve) => child.once("close", resolve));
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return { code: await code, stdout, stderr };
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}
