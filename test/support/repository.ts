import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Flags } from "../../shared/config/layer.ts";
import { type Served, served } from "./served.ts";
import { type Ground, temporary } from "./workspace.ts";

/** Texts or bytes by path relative to the repository; `undefined` removes the file. */
export type Files = Readonly<Record<string, string | Buffer | undefined>>;

export interface RepositoryOptions {
  /** Where, relative to the ground's root; the root itself when left out. */
  readonly folder?: string;
  readonly format?: "sha1" | "sha256";
  readonly bare?: boolean;
}

/** A repository, or another working tree, as a person's own git sees it. */
export interface Repository {
  readonly root: string;
  /** All that git is told: nothing of this machine's configuration, a clock that goes on a minute with each call. */
  env(): Record<string, string>;
  /** What real git prints, without the line end that closes it. Throws with git's own words. */
  git(...args: string[]): Promise<string>;
  /** The same, to the byte. `input` is what git reads, `env` stands for its own `env()`. */
  bytes(args: readonly string[], input?: Buffer, env?: Record<string, string>): Promise<Buffer>;
  write(files: Files): Promise<void>;
  /** Commits the whole working tree, after writing `files`, even when nothing changed. Gives the hash. */
  commit(message: string, files?: Files): Promise<string>;
  /** Starts a branch here, stays on it and commits these files. Gives the hash. */
  branch(name: string, files?: Files): Promise<string>;
  /** The same person and clock in another folder, relative to this one: a submodule, a linked worktree. */
  at(folder: string): Repository;
}

const START = 1_700_000_000;
const MINUTE = 60;
const MAX_OUTPUT = 256 * 2 ** 20;

// no fsync, no collection: only speed, git answers the same
const PERSON = `[user]
	name = Ada Lovelace
	email = ada@example.com
[init]
	defaultBranch = main
[core]
	fsync = none
[gc]
	auto = 0
[maintenance]
	auto = false
`;

/** A fresh repository on `main` without a commit. Its person's home is `home/` beside the root, as for `served`. */
export async function repository(ground: Ground, options: RepositoryOptions = {}): Promise<Repository> {
  const home = join(dirname(ground.root), "home");
  const root = join(ground.root, options.folder ?? "");
  await mkdir(home, { recursive: true });
  await writeFile(join(home, ".gitconfig"), PERSON);
  await mkdir(root, { recursive: true });
  const repo = over(root, home, { now: START });
  const format = `--object-format=${options.format ?? "sha1"}`;
  await repo.git("init", "--quiet", "--template=", format, ...(options.bare === true ? ["--bare"] : []));
  return repo;
}

function over(root: string, home: string, clock: { now: number }): Repository {
  const repo: Repository = {
    root,
    env() {
      clock.now += MINUTE;
      const date = `${clock.now} +0000`;
      return {
        PATH: process.env["PATH"] ?? "",
        HOME: home,
        XDG_CONFIG_HOME: join(home, "config"),
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: join(home, ".gitconfig"),
        GIT_CEILING_DIRECTORIES: dirname(home),
        GIT_TERMINAL_PROMPT: "0",
        GIT_EDITOR: "true",
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
        LC_ALL: "C",
        TZ: "UTC",
      };
    },
    git: async (...args) => (await repo.bytes(args)).toString().replace(/\n$/u, ""),
    bytes: (args, input, env = repo.env()) =>
      new Promise((resolve, reject) => {
        const options = { cwd: root, env, encoding: "buffer", maxBuffer: MAX_OUTPUT } as const;
        const child = execFile("git", args, options, (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else
            reject(new Error(`git ${args.join(" ")}: ${String(stderr)}${String(stdout)}`, { cause: error }));
        });
        // a git that ends early is told by its exit code
        child.stdin?.on("error", () => {}).end(input);
      }),
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        const path = join(root, name);
        if (content === undefined) await rm(path, { recursive: true });
        else {
          await mkdir(dirname(path), { recursive: true });
          await writeFile(path, content);
        }
      }
    },
    async commit(message, files = {}) {
      await repo.write(files);
      await repo.git("add", "--all");
      await repo.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", message);
      return repo.git("rev-parse", "HEAD");
    },
    async branch(name, files) {
      await repo.git("switch", "--quiet", "--create", name);
      return repo.commit(`work on ${name}`, files);
    },
    at: (folder) => over(join(root, folder), home, clock),
  };
  return repo;
}

/** The served suite on a repository, and what a test needs to look behind it. */
export interface ServedGit extends Served {
  readonly ground: Ground;
  readonly repo: Repository;
}

/** Every server on a fresh repository whose first commit has these files; without files there is no commit. */
export async function servedGit(files?: Files, flags: Flags = {}): Promise<ServedGit> {
  const ground = await temporary();
  const repo = await repository(ground);
  if (files !== undefined) await repo.commit("first", files);
  const suite = await served(ground, flags);
  // the ground goes last: the suite still has its state on it
  ground.scope.defer(() => suite[Symbol.asyncDispose]());
  return { ...suite, ground, repo, [Symbol.asyncDispose]: () => ground.scope.close() };
}
