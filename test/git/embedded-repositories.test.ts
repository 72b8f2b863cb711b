import { execFile } from "node:child_process";
import { mkdir, readFile, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openEngines } from "../../servers/git/engine/engines.ts";
import type { StatusFacts } from "../../servers/git/engine/shapes.ts";
import { ToolError } from "../../shared/errors.ts";
import { enginePair, type EnginePair } from "../support/engines.ts";
import { repository, type Files, type Repository, type RepositoryOptions } from "../support/repository.ts";
import { opened, SECRET, type OpenedWorkspace } from "../support/workspace.ts";

const { signal } = new AbortController();
const ALL = { paths: [], untracked: true, ignored: true };

interface Made extends EnginePair, AsyncDisposable {
  readonly ground: OpenedWorkspace;
  readonly repo: Repository;
  /** What both say, which must be the same. */
  status(at?: string): Promise<StatusFacts>;
}

async function made(files?: Files, options: RepositoryOptions = {}): Promise<Made> {
  const ground = await opened();
  const repo = await repository(ground, options);
  if (files !== undefined) await repo.commit("first", files);
  const pair = enginePair(ground);
  return {
    ...pair,
    ground,
    repo,
    async status(at) {
      const found = await pair.git.open(at, signal);
      const embedded = await pair.embedded.status(found, ALL, signal);
      expect(embedded).toEqual(await pair.program.status(found, ALL, signal));
      return embedded;
    },
    [Symbol.asyncDispose]: () => ground.scope.close(),
  };
}

async function refused(of: Promise<unknown>): Promise<ToolError> {
  const error = await of.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ToolError) return error;
  throw error instanceof Error ? error : new Error("nothing was refused");
}

const FILES = { "a.txt": "one\ntwo\n", "dir/b.txt": "three\n", "c.txt": "four\n" };

describe("as the program", () => {
  test("conflicts are told with their letters", async () => {
    await using at = await made({ ...FILES, "gone.txt": "x\n" });
    await at.repo.branch("side", { "a.txt": "side\n", "gone.txt": undefined, "both.txt": "side\n" });
    await at.repo.git("switch", "--quiet", "main");
    await at.repo.commit("main", { "a.txt": "main\n", "gone.txt": "changed\n", "both.txt": "main\n" });
    await at.repo.git("merge", "side").catch(() => undefined);
    const { entries } = await at.status();
    expect(entries.map(({ path, index, tree }) => `${index}${tree} ${path}`)).toEqual([
      "UU a.txt",
      "AA both.txt",
      "UD gone.txt",
    ]);
  });

  test("a repository without a commit, one with a detached head, and an index of version 4", async () => {
    await using at = await made();
    await at.repo.write(FILES);
    await at.repo.git("add", "a.txt");
    await at.status();
    await at.repo.commit("first");
    await at.repo.git("checkout", "--quiet", "--detach");
    await at.repo.git("update-index", "--index-version=4");
    await at.repo.write({ "dir/b.txt": "changed\n", "dir/new.txt": "new\n" });
    expect((await at.status()).entries).toHaveLength(2);
  });

  test("a linked working tree", async () => {
    await using at = await made(FILES);
    await at.repo.git("worktree", "add", "--quiet", "-b", "other", "linked");
    await at.repo.at("linked").write({ "a.txt": "changed\n", "n.txt": "new\n" });
    const { head, entries } = await at.status("linked");
    expect([head.branch, entries.length]).toEqual(["other", 2]);
  });

  test("a submodule is told by its commit, and one that is not there as nothing", async () => {
    await using at = await made(FILES);
    const inner = await repository(at.ground, { folder: "inner" });
    const first = await inner.commit("inner", { "x.txt": "x\n" });
    await at.repo.git("-c", "advice.addEmbeddedRepo=false", "add", "inner");
    await at.repo.git("update-index", "--add", "--cacheinfo", `160000,${first},absent`);
    await mkdir(join(at.repo.root, "absent"));
    await at.repo.git("commit", "--quiet", "-m", "modules");
    expect((await at.status()).entries).toEqual([]);
    await inner.commit("more", { "y.txt": "y\n" });
    await inner.write({ "x.txt": "not told\n" });
    const { entries } = await at.status();
    expect(entries).toMatchObject([{ path: "inner", tree: "M", submodule: true }]);
    await at.status("inner");
  });

  test("a sparse working tree, modes that do not count, and files that became something else", async () => {
    await using at = await made({ ...FILES, "run.sh": "#!/bin/sh\n" });
    await at.repo.git("sparse-checkout", "set", "--no-cone", "/*", "!/dir/");
    await at.status();
    await at.repo.git("sparse-checkout", "disable");
    await at.repo.git("config", "core.fileMode", "false");
    await promisify(execFile)("chmod", ["755", join(at.repo.root, "a.txt")]);
    await rm(join(at.repo.root, "c.txt"));
    await symlink("a.txt", join(at.repo.root, "c.txt"));
    await rm(join(at.repo.root, "dir"), { recursive: true });
    await symlink("nowhere", join(at.repo.root, "dir"));
    await rm(join(at.repo.root, "run.sh"));
    await promisify(execFile)("mkfifo", [join(at.repo.root, "run.sh")]);
    const { entries } = await at.status();
    expect(entries.map(({ path, tree }) => [path, tree])).toEqual([
      ["c.txt", "T"],
      ["dir/b.txt", "D"],
      ["run.sh", "M"],
      ["dir", "."],
    ]);
  });

  test("a bare repository has history but no working tree", async () => {
    await using at = await made(FILES);
    await at.repo.git("clone", "--quiet", "--bare", ".", "copy.git");
    const bare = await at.git.open("copy.git", signal);
    expect(await at.embedded.refs(bare, "refs/", signal)).toEqual(
      await at.program.refs(bare, "refs/", signal),
    );
    const [main] = await at.embedded.refs(bare, "refs/heads/", signal);
    const ask = { revisions: [main?.hash ?? ""], paths: [], follow: false, skip: 0, limit: 5 };
    expect(await at.embedded.log(bare, ask, signal)).toEqual(await at.program.log(bare, ask, signal));
  });

  test("a shallow clone ends where it was cut", async () => {
    await using at = await made(FILES);
    await at.repo.commit("second", { "a.txt": "second\n" });
    const source = `file://${at.repo.root}`;
    await at.repo.git("clone", "--quiet", "--depth=1", source, "copy");
    const copy = await at.git.open("copy", signal);
    const hash = await at.repo.git("rev-parse", "HEAD");
    const ask = { revisions: [hash], paths: [], follow: false, skip: 0, limit: 5 };
    const log = await at.embedded.log(copy, ask, signal);
    expect(log).toEqual(await at.program.log(copy, ask, signal));
    expect(log).toHaveLength(1);
  });

  test("a change that keeps size and time is seen", async () => {
    await using at = await made({ "a.txt": "one\n" });
    const old = new Date(1_600_000_000_000);
    await utimes(join(at.repo.root, "a.txt"), old, old);
    await at.repo.git("update-index", "--refresh");
    await at.repo.write({ "a.txt": "two\n" });
    await utimes(join(at.repo.root, "a.txt"), old, old);
    // git goes by its times, and misses it
    const found = await at.git.open(undefined, signal);
    const { entries } = await at.embedded.status(found, ALL, signal);
    expect(entries).toMatchObject([{ path: "a.txt", tree: "M" }]);
  });
});

describe("unavailable where it cannot be sure", () => {
  const CRLF = "one\r\ntwo\r\n";
  const CASES: Record<string, { files: Files; settings?: readonly string[]; changed?: Files }> = {
    "line ends that git converts by a setting": {
      files: { "a.txt": "one\ntwo\n" },
      settings: ["core.autocrlf", "true"],
      changed: { "a.txt": CRLF },
    },
    "line ends that git converts by an attribute": {
      files: { ".gitattributes": "*.txt text\n", "dir/a.txt": "one\ntwo\n" },
      changed: { "dir/a.txt": CRLF },
    },
    "an encoding of its own": {
      files: {
        ".gitattributes": "*.txt working-tree-encoding=UTF-16\n",
        "a.txt": Buffer.from("\ufeffone\n", "utf16le"),
      },
      changed: { "a.txt": Buffer.from("\ufefftwo\n", "utf16le") },
    },
    ident: {
      files: { ".gitattributes": "*.txt ident\n", "a.txt": "$Id$ one\n" },
      changed: { "a.txt": "$Id$ two\n" },
    },
  };
  test.each(Object.entries(CASES))("%s", async (_, { files, settings, changed = {} }) => {
    await using at = await made(files);
    if (settings !== undefined) await at.repo.git("config", ...settings);
    // as if nobody had looked at them yet: of another size they are changed without a look at their contents
    await at.repo.write(changed);
    await at.repo.git("update-index", "--index-version=2");
    await forgetSizes(at.repo);
    const found = await at.git.open(undefined, signal);
    expect(await refused(at.embedded.status(found, ALL, signal))).toMatchObject({ code: "unavailable" });
  });

  test.each(["SHA-256", "alternates", "replaced", "partial", "split index"])("%s", async (kind) => {
    await using at = await made(FILES, kind === "SHA-256" ? { format: "sha256" } : {});
    if (kind === "alternates") {
      await at.repo.git("clone", "--quiet", "--bare", ".", "other.git");
      await at.repo.write({ ".git/objects/info/alternates": join(at.repo.root, "other.git/objects\n") });
    }
    if (kind === "replaced")
      await at.repo.git("replace", "HEAD", await at.repo.commit("more", { "a.txt": "x\n" }));
    if (kind === "partial") await at.repo.git("config", "remote.origin.promisor", "true");
    if (kind === "split index") await at.repo.git("update-index", "--split-index");
    const found = await at.git.open(".", signal);
    const error = await refused(at.embedded.status(found, ALL, signal));
    expect([error.code, error.hint]).toEqual([
      "unavailable",
      "The person can install git, or put its folder into PATH.",
    ]);
  });
});

/** Sets all sizes to 0, as git does for files that changed while it looked. */
async function forgetSizes(repo: Repository): Promise<void> {
  const entries = (await repo.git("ls-files", "--stage")).split("\n").map((line) => line.split(/[ \t]/u));
  await rm(join(repo.root, ".git/index"));
  for (const [mode = "", hash = "", , path = ""] of entries)
    await repo.git("update-index", "--add", "--cacheinfo", `${mode},${hash},${path}`);
}

describe("hostile repositories", () => {
  const ATTACKS: Record<string, (at: Made) => Promise<unknown>> = {
    "objects that lead outside": async ({ repo, ground }) => {
      await rename(join(repo.root, ".git/objects"), join(ground.outside, "objects"));
      await symlink(join(ground.outside, "objects"), join(repo.root, ".git/objects"));
    },
    "a pack that leads outside": async ({ repo, ground }) => {
      await repo.git("gc", "--quiet");
      await rename(join(repo.root, ".git/objects/pack"), join(ground.outside, "pack"));
      await symlink(join(ground.outside, "pack"), join(repo.root, ".git/objects/pack"));
    },
    "an index that leads outside": async ({ repo, ground }) => {
      await rename(join(repo.root, ".git/index"), join(ground.outside, "index"));
      await symlink(join(ground.outside, "index"), join(repo.root, ".git/index"));
    },
    "a branch that leads outside": async ({ repo, ground }) => {
      await rm(join(repo.root, ".git/refs/heads/main"));
      await symlink(join(ground.outside, "secret.txt"), join(repo.root, ".git/refs/heads/main"));
    },
    "borrowed objects": ({ repo, ground }) =>
      writeFile(join(repo.root, ".git/objects/info/alternates"), `${ground.outside}\n`),
    "a git folder elsewhere": async ({ repo, ground }) => {
      await rename(join(repo.root, ".git"), join(ground.outside, "git"));
      await writeFile(join(repo.root, ".git"), `gitdir: ${ground.outside}/git\n`);
    },
    "an object that never ends": async ({ repo }) => {
      const hash = await repo.git("rev-parse", "HEAD");
      const path = join(repo.root, ".git/objects", hash.slice(0, 2), hash.slice(2));
      await rm(path);
      await writeFile(path, deflateSync(Buffer.alloc(64 * 2 ** 20)));
    },
    "a damaged index": async ({ repo }) => {
      const index = await readFile(join(repo.root, ".git/index"));
      index.writeUInt32BE(0xff_ff_ff, 8);
      await writeFile(join(repo.root, ".git/index"), index);
    },
  };
  // opened before it turns: what stands between git's own check and the reading
  test.each(Object.entries(ATTACKS))(
    "%s: refused, whether it came before or after the first look",
    async (_, attack) => {
      await using at = await made(FILES);
      const before = await at.git.open(undefined, signal);
      await attack(at);
      const late = await refused(ask(at, before));
      const anew = await refused(at.git.open(undefined, signal).then((found) => ask(at, found)));
      for (const { message, hint } of [late, anew]) expect(`${message} ${hint ?? ""}`).not.toContain(SECRET);
    },
  );

  test("links and ignore files of the working tree that lead outside are not followed", async () => {
    await using at = await made({ ...FILES, "dir/.gitattributes": "* text\n" });
    const { root } = at.repo;
    await writeFile(join(at.ground.outside, "rules"), "*.txt\n* ident\n");
    await rm(join(root, "a.txt"));
    await symlink(join(at.ground.outside, "secret.txt"), join(root, "a.txt"));
    await symlink(join(at.ground.outside, "deep"), join(root, "new"));
    await symlink(join(at.ground.outside, "rules"), join(root, ".gitignore"));
    await symlink(join(at.ground.outside, "rules"), join(root, ".gitattributes"));
    const { entries } = await at.status();
    expect(entries.map(({ path, tree }) => `${tree} ${path}`)).toEqual([
      "T a.txt",
      ". .gitattributes",
      ". .gitignore",
      ". new",
    ]);
    const found = await at.git.open(undefined, signal);
    const diff = { from: "index", to: "tree", paths: [], stat: false, context: 3, words: false } as const;
    const error = await refused(at.embedded.diff(found, diff, signal));
    expect(error.code).toBe("unavailable");
    expect(JSON.stringify(error)).not.toContain(SECRET);
  });

  test("an index with paths out of the tree reads nothing there", async () => {
    await using at = await made(FILES);
    const path = join(at.repo.root, ".git/index");
    const index = await readFile(path);
    // as long as the name that it replaces, and without a checksum
    index.write("../x/b.t", index.indexOf("dir/b.tx"));
    index.fill(0, index.length - 20);
    await writeFile(path, index);
    const found = await at.git.open(undefined, signal);
    expect(await refused(at.embedded.status(found, ALL, signal))).toMatchObject({ code: "external" });
  });

  async function ask({ embedded }: Made, found: Awaited<ReturnType<Made["git"]["open"]>>): Promise<unknown> {
    const { head } = await embedded.status(found, ALL, signal);
    return await embedded.commit(found, head.hash ?? "none", signal);
  }
});

describe("on a machine without git", () => {
  test("the embedded engine is picked, and what only the program does says so", async () => {
    await using at = await made(FILES);
    const path = process.env["PATH"];
    process.env["PATH"] = at.ground.outside;
    try {
      const engine = await openEngines(at.git).pick();
      const found = await at.git.open(undefined, signal);
      expect([engine.name, (await engine.status(found, ALL, signal)).entries]).toEqual(["embedded", []]);
      const error = await refused(at.git.text(found, ["stash", "list"], { signal }));
      expect([error.code, error.message]).toEqual([
        "unavailable",
        "this needs the git program, which is not installed or older than 2.34",
      ]);
    } finally {
      process.env["PATH"] = path;
    }
  });

  test("the built command answers", async () => {
    await using at = await made(FILES);
    await at.repo.write({ "a.txt": "changed\n" });
    const call = async (tool: string, input: unknown): Promise<string> => {
      const home = join(at.ground.root, "../home");
      const args = [
        resolve("dist/cli.js"),
        "call",
        "git",
        tool,
        JSON.stringify(input),
        "--root",
        at.ground.root,
      ];
      const env = { PATH: at.ground.outside, HOME: home, XDG_STATE_HOME: join(home, "state") };
      const { stdout } = await promisify(execFile)(process.execPath, args, { env }).catch(
        (error: unknown) => {
          if (error instanceof Error && "stdout" in error && "stderr" in error)
            return { stdout: `${String(error.stdout)}${String(error.stderr)}` };
          throw error;
        },
      );
      return stdout;
    };
    expect(await call("git_status", {})).toMatch(
      /^\[main; 1 changed; answered without the git program\]\n M a\.txt/u,
    );
    expect(await call("git_log", {})).toContain("first");
    expect(await call("git_diff", {})).toContain("+changed");
    expect(await call("git_stash", { action: "list" })).toContain("[0 stashes]");
    expect(await call("git_blame", { path: "a.txt" })).toMatch(/needs the git program/u);
  });
});
