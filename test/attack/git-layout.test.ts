import { execFileSync } from "node:child_process";
import { constants, openSync } from "node:fs";
import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshCall } from "../support/calls.ts";
import { hostileGround, type HostileGround, type Target } from "../support/hostile.ts";
import {
  attack,
  blame,
  clash,
  commit,
  diff,
  fetching,
  log,
  merge,
  older,
  pick,
  pop,
  push,
  pushing,
  reads,
  show,
  stage,
  status,
  switching,
  tag,
  worktree,
  type Call,
  type Row,
} from "../support/hostile-rows.ts";

// Git folders whose parts lie elsewhere or are no files: what is outside is neither read nor written, nothing hangs.

let ground: HostileGround;
beforeAll(async () => {
  ground = await hostileGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const OPERATIONS: readonly Call[] = [
  status,
  log,
  diff,
  show,
  blame,
  ["git_branches", { action: "list" }],
  ["git_worktree", { action: "list" }],
  ["git_stash", { action: "list" }],
  stage,
  commit,
  tag,
  merge,
  switching,
  push,
  worktree,
  fetching,
  pushing,
];

const toOther = ({ outside }: Target): string => join(outside, "other/.git");

/** Replaces the git folder. */
function gitFile(name: string, text: (target: Target) => string | Promise<string>): Row {
  return {
    name,
    plant: async (target) => {
      const content = await text(target);
      await rename(target.gitDir, join(target.repo.root, "../moved.git"));
      await writeFile(target.gitDir, content);
    },
    plain: (twin) => twin.plain(["log"]),
    shows: /SECRET-FROM-OUTSIDE/u,
    ours: OPERATIONS,
  };
}

/** Objects that are borrowed from outside: the commit there is shown by its hash. */
function alternates(name: string, text: (target: Target) => string | Promise<string>): Row {
  return {
    name,
    plant: async (target) => {
      await target.own("objects/info/alternates", await text(target));
      await target.own("refs/heads/theirs", `${await secretCommit(target)}\n`);
    },
    plain: (twin) => twin.plain(["log", "theirs"]),
    shows: /SECRET-FROM-OUTSIDE/u,
    ours: [
      ["git_log", { range: "theirs" }],
      ["git_show", { ref: "theirs" }],
      ["git_switch", { ref: "theirs" }],
      ["git_merge", { action: "cherry-pick", refs: ["theirs"] }],
      fetching,
      pushing,
    ],
  };
}

async function secretCommit({ outside }: Target): Promise<string> {
  return (await readFile(join(outside, "other/.git/refs/heads/main"), "utf8")).trim();
}

const fromObjects = ({ gitDir, outside }: Target): string =>
  relative(join(gitDir, "objects"), join(outside, "other/.git/objects"));

const PLACES: readonly Row[] = [
  gitFile("a .git file, absolute", (target) => `gitdir: ${toOther(target)}\n`),
  gitFile("a .git file, relative", (target) => `gitdir: ${relative(target.repo.root, toOther(target))}\n`),
  gitFile("a .git file over a link", async (target) => {
    await symlink(target.outside, join(target.repo.root, "link"));
    return "gitdir: link/other/.git\n";
  }),
  gitFile("a .git file with line ends", (target) => `gitdir: ${toOther(target)}\r\n\n\r\n`),
  {
    ...gitFile("a .git file of two lines", (target) => `gitdir: ../moved.git\ngitdir: ${toOther(target)}\n`),
    plain: "git takes both lines for one name",
  },
  {
    ...gitFile("a .git file of 3 MB", (target) => `gitdir: ${"./".repeat(1_500_000)}${toOther(target)}\n`),
    plain: "git refuses it",
  },
  {
    name: "a .git that is a link",
    plant: async (target) => {
      await rename(target.gitDir, join(target.repo.root, "../moved.git"));
      await symlink(toOther(target), target.gitDir);
    },
    plain: (twin) => twin.plain(["log"]),
    shows: /SECRET-FROM-OUTSIDE/u,
    ours: OPERATIONS,
  },
  ...(["\n", " \n", "\r\n"] as const).map((end): Row => ({
    name: `commondir that ends with ${JSON.stringify(end)}`,
    plant: async (target) => {
      await target.own("commondir", `${toOther(target)}${end}`);
      if (end === " \n") await symlink(toOther(target), `${join(target.repo.root, "x")} `);
      if (end === " \n") await mkdir(join(target.repo.root, "x"));
      if (end === " \n") await target.own("commondir", "../x \n");
    },
    plain: (twin) => twin.plain(["log"]),
    shows: end === "\r\n" ? /./u : /SECRET-FROM-OUTSIDE/u,
    ours: OPERATIONS,
  })),
  alternates("alternates, absolute", ({ outside }) => `${outside}/other/.git/objects\n`),
  alternates("alternates, relative", (target) => `${fromObjects(target)}\n`),
  alternates("alternates, quoted", ({ outside }) => `"${outside}/other/.git/objects"\n`),
  alternates("alternates over a link", async (target) => {
    await symlink(join(target.outside, "other/.git"), join(target.repo.root, "link"));
    return "../../link/objects\n";
  }),
  alternates("alternates that end with a blank", async (target) => {
    await mkdir(join(target.repo.root, "x"));
    await symlink(join(target.outside, "other/.git/objects"), join(target.repo.root, "x "));
    return "../../x \n";
  }),
  alternates("alternates that begin with a blank", async (target) => {
    await mkdir(join(target.gitDir, "objects/ # x"), { recursive: true });
    await symlink(join(target.outside, "other/.git/objects"), join(target.gitDir, "objects/ # x/y"));
    return " # x/y\n";
  }),
  alternates("alternates of alternates", async (target) => {
    await target.own("../../a/info/alternates", "../b\n");
    await target.own("../../b/info/alternates", `${target.outside}/other/.git/objects\n`);
    return "../../../a\n";
  }),
  alternates("alternates that hold a link", async (target) => {
    await mkdir(join(target.repo.root, "../a"));
    await symlink(join(target.outside, "other/.git/objects/pack"), join(target.repo.root, "../a/pack"));
    for (const name of await readFanOut(target))
      await symlink(join(target.outside, "other/.git/objects", name), join(target.repo.root, "../a", name));
    return "../../../a\n";
  }),
];

async function readFanOut({ outside }: Target): Promise<string[]> {
  const text = execFileSync("ls", [join(outside, "other/.git/objects")], { encoding: "utf8" });
  return text.split("\n").filter((name) => /^[0-9a-f]{2}$/u.test(name));
}

/** A part of the git folder, and to what outside it may lead; `dir` for folders. */
const PARTS: readonly (readonly [name: string, to: "dir" | "file"])[] = [
  ["HEAD", "file"],
  ["index", "file"],
  ["config", "file"],
  ["packed-refs", "file"],
  ["refs", "dir"],
  ["refs/heads", "dir"],
  ["refs/tags", "dir"],
  ["refs/heads/linked", "file"],
  ["refs/stash", "file"],
  ["logs", "dir"],
  ["logs/HEAD", "file"],
  ["logs/refs/heads/main", "file"],
  ["objects", "dir"],
  ["objects/pack", "dir"],
  ["objects/info", "dir"],
  ["objects/info/alternates", "file"],
  ["objects/info/commit-graph", "file"],
  ["objects/info/commit-graphs", "dir"],
  ["info", "dir"],
  ["info/exclude", "file"],
  ["info/attributes", "file"],
  ["info/grafts", "file"],
  ["info/sparse-checkout", "file"],
  ["shallow", "file"],
  ["COMMIT_EDITMSG", "file"],
  ["MERGE_MSG", "file"],
  ["MERGE_HEAD", "file"],
  ["SQUASH_MSG", "file"],
  ["AUTO_MERGE", "file"],
  ["FETCH_HEAD", "file"],
  ["ORIG_HEAD", "file"],
  ["rebase-merge", "dir"],
  ["sequencer", "dir"],
  ["worktrees", "dir"],
  ["worktrees/x", "dir"],
  ["index.lock", "file"],
  ["commondir", "file"],
  ["rr-cache", "dir"],
];

async function replace(target: Target, name: string): Promise<string> {
  const path = join(target.gitDir, name);
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { recursive: true, force: true });
  return path;
}

describe("a part of a repository that lies outside", () => {
  test.concurrent.each(PLACES)("is not used: $name", async (row) => {
    expect(await attack(ground, row)).toEqual([]);
  });

  test.concurrent.each(PARTS)("as a link is refused: %s, a %s", async (name, kind) => {
    const target = await ground.target();
    const path = await replace(target, name);
    await symlink(join(target.outside, kind === "dir" ? "deep" : "secret.txt"), path);
    for (const [tool, input] of OPERATIONS) {
      const { error, text } = await ground.call(target, tool, input);
      expect(error, `${tool} ${JSON.stringify(input)}: ${text}`).toBe("denied");
    }
    expect(ground.harm(target)).toEqual([]);
  });

  test.concurrent.each(PARTS)("as a link to nothing makes nothing there: %s", async (name) => {
    const target = await ground.target();
    const path = await replace(target, name);
    await symlink(join(target.outside, "made"), path);
    for (const [tool, input] of OPERATIONS) await ground.call(target, tool, input);
    expect(ground.harm(target)).toEqual([]);
  });

  test("plain git writes through such links", async () => {
    const twin = await ground.twin();
    await symlink(join(twin.outside, "secret.txt"), await replace(twin, "COMMIT_EDITMSG"));
    await twin.plain(["commit", "--allow-empty", "-m", "written outside"]);
    expect(await readFile(join(twin.outside, "secret.txt"), "utf8")).toContain("written outside");
  });
});

describe("a part of a repository that leads to another place inside", () => {
  test.each([
    ["COMMIT_EDITMSG", ".mcp.json"],
    ["MERGE_MSG", ".mcp.json"],
    ["logs/HEAD", ".mcp.json"],
    ["ORIG_HEAD", ".mcp.json"],
    ["index", ".mcp.json"],
    ["FETCH_HEAD", ".husky/pre-commit"],
    ["refs/heads/main", ".mcp.json"],
  ])("does not get a protected file written: %s", async (name, to) => {
    const target = await ground.target();
    await target.repo.write({ [to]: "{}\n" });
    const path = await replace(target, name);
    await symlink(join(target.repo.root, to), path);
    for (const [tool, input] of [...OPERATIONS, clash, pick, pop, older])
      await ground.call(target, tool, input);
    expect(await readFile(join(target.repo.root, to), "utf8")).toBe("{}\n");
    expect(ground.harm(target)).toEqual([]);
  });

  test.each([
    "MERGE_MSG",
    "COMMIT_EDITMSG",
    "SQUASH_MSG",
    "HEAD",
    "packed-refs",
    "logs/HEAD",
    "info/exclude",
  ])("does not get a secret file shown: %s", async (name) => {
    const target = await ground.target();
    const path = await replace(target, name);
    await symlink(join(target.repo.root, ".env"), path);
    await target.own("MERGE_HEAD", await target.repo.git("rev-parse", "refs/heads/feature").catch(() => ""));
    for (const [tool, input] of [...OPERATIONS, ["git_commit", {}] as const, log, show, ...reads])
      await ground.call(target, tool, input);
    expect(ground.harm(target)).toEqual([]);
  });
});

describe("a part of a repository that is no file", () => {
  test.concurrent.each([
    ...PARTS.map(([name]) => name),
    "../.git",
    "objects/pack/pack-1.idx",
    "../.gitmodules",
  ])("does not make anybody wait: a FIFO at %s", { timeout: 90_000 }, async (name) => {
    const target = await ground.target();
    const path = await replace(target, name);
    execFileSync("mkfifo", [path]);
    for (const [tool, input] of OPERATIONS) await ground.call(target, tool, input);
    expect(ground.harm(target)).toEqual([]);
  });
});

test("git that waits for a FIFO in the work tree ends with the call, and nobody else waits", async () => {
  for (const [name, tool] of [
    [".gitignore", "git_status"],
    [".gitattributes", "git_status"],
    ["dir/.gitignore", "git_status"],
    [".mailmap", "git_show"],
  ] as const) {
    const target = await ground.target();
    const path = join(target.repo.root, name);
    execFileSync("mkfifo", [path]);
    const repo = relative(ground.root, target.repo.root);
    const late = new AbortController();
    const endpoint = ground.at.endpoints.find((each) => each.tool.name === tool);
    const waiting = endpoint?.call({ repo }, freshCall({ signal: late.signal }));
    expect((await ground.call(target, "git_branches", { action: "list" })).error).toBeUndefined();
    late.abort(new Error("cancelled"));
    await waiting?.catch(() => undefined);
    // nobody reads it any more
    expect(() => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)).toThrow("ENXIO");
  }
});

describe("repositories within repositories", () => {
  test("a bare one among the files is not taken for the repository of its folder, and runs nothing", async () => {
    const target = await ground.target();
    const bare = target.repo.at("dir/bare");
    await mkdir(bare.root);
    await bare.git("init", "--quiet", "--bare", "--template=");
    await writeFile(
      join(bare.root, "config"),
      `[core]\n\tbare = false\n\tworktree = ${ground.outside}\n\tfsmonitor = ${target.run}\n`,
    );
    await target.repo.write({ "dir/bare/hooks/post-index-change": `#!/bin/sh\nexec ${target.run}\n` });
    for (const repo of ["dir/bare", "dir"])
      for (const name of ["git_status", "git_log", "git_diff", "git_branches", "git_stash"])
        await ground.at.call(name, {
          repo: join(basename(dirname(target.repo.root)), "repo", repo),
          ...(/branches|stash/u.test(name) ? { action: "list" } : {}),
        });
    for (const [tool, input] of OPERATIONS) await ground.call(target, tool, input);
    expect(ground.harm(target)).toEqual([]);
  });

  /** A submodule whose own repository is as hostile as can be. */
  async function hostileSubmodule(
    target: Target,
    how: (sub: Target["repo"]) => Promise<unknown>,
  ): Promise<void> {
    const { repo, run } = target;
    await repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../remote.git", "sub");
    await repo.git("config", "--file", ".gitmodules", "submodule.sub.ignore", "none");
    await repo.git("config", "submodule.sub.ignore", "none");
    await repo.git("config", "submodule.recurse", "true");
    await repo.git("commit", "--quiet", "--all", "-m", "sub");
    const sub = repo.at("sub");
    await sub.git("config", "core.fsmonitor", run);
    await sub.git("config", "filter.evil.clean", run);
    await sub.git("config", "diff.external", run);
    await mkdir(join(target.gitDir, "modules/sub/hooks"), { recursive: true });
    for (const name of ["post-checkout", "post-index-change", "reference-transaction", "pre-commit"])
      await writeFile(join(target.gitDir, "modules/sub/hooks", name), `#!/bin/sh\nexec ${run}\n`, {
        mode: 0o755,
      });
    await writeFile(join(target.gitDir, "modules/sub/info/attributes"), "* filter=evil\n").catch(
      () => undefined,
    );
    await how(sub);
    await repo.write({ "sub/a.txt": "changed\n" });
  }

  test("a hostile submodule is not entered", { timeout: 60_000 }, async () => {
    const target = await ground.target();
    await hostileSubmodule(target, async () => undefined);
    await ground.sweep(target);
    await ground.call(target, "git_stage", { paths: ["sub"] });
    await ground.call(target, "git_restore", { paths: ["sub"], ref: "HEAD" });
    await ground.call(target, "git_commit", { message: "m", all: true });
    expect(ground.harm(target)).toEqual([]);
    const twin = await ground.twin();
    await hostileSubmodule(twin, async () => undefined);
    await twin.plain(["status"]);
    expect(twin.ran()).toBe(true);
  });

  test("a submodule whose .git leads outside is not followed", async () => {
    const target = await ground.target();
    await hostileSubmodule(target, async ({ root }) => {
      await writeFile(join(root, ".git"), `gitdir: ${target.outside}/other/.git\n`);
    });
    await ground.sweep(target);
    expect(ground.harm(target)).toEqual([]);
  });

  test("names and paths of .gitmodules lead nowhere", async () => {
    const target = await ground.target();
    await target.repo.write({
      ".gitmodules":
        `[submodule "../../../outside/x"]\n\tpath = ../../../outside/x\n\turl = "ext::${target.run}"\n\tupdate = "!${target.run}"\n` +
        `[submodule "-c"]\n\tpath = --upload-pack=x\n\turl = -u./run\n[submodule "a/../../hooks"]\n\tpath = dir\n\turl = ../remote.git\n`,
    });
    await target.config(`[protocol]\n\tallow = always\n[submodule]\n\trecurse = true\n\tactive = .`);
    await target.repo.git("add", ".gitmodules");
    await target.repo.git("commit", "--quiet", "-m", "modules");
    await ground.sweep(target);
    expect(ground.harm(target)).toEqual([]);
  });

  test("work trees that lie outside are not named, looked into or removed", async () => {
    const target = await ground.target();
    await target.repo.git(
      "worktree",
      "add",
      "--quiet",
      "-b",
      "away",
      join(target.outside, "../tree-SECRET-NAME"),
    );
    await ground.sweep(target, /worktree|branches|status|switch/u);
    for (const path of ["../../../tree-SECRET-NAME", join(ground.base, "tree-SECRET-NAME")]) {
      const { error } = await ground.at.call("git_worktree", { repo: ".", action: "remove", path });
      expect(error).toBeDefined();
    }
    for (const path of [
      "../../../new",
      join(ground.base, "new"),
      "link/new",
      "~/new",
      "-f",
      "--detach",
      ".git/x",
    ]) {
      await symlink(ground.outside, join(target.repo.root, "link")).catch(() => undefined);
      const { error } = await ground.call(target, "git_worktree", { action: "add", path });
      if (!path.startsWith("-") && !path.startsWith("~")) expect(error, path).toBe("denied");
    }
    expect(ground.harm(target)).toEqual([]);
  });

  test("a linked work tree whose repository lies outside is refused", async () => {
    const target = await ground.target();
    const { repo } = target;
    const other = repo.at(relative(repo.root, join(ground.base, "third")));
    await mkdir(other.root);
    await other.git("init", "--quiet", "--template=");
    await other.commit("SECRET-FROM-OUTSIDE", { "x.txt": "SECRET-FROM-OUTSIDE" });
    await other.git("worktree", "add", "--quiet", join(repo.root, "dir/tree"));
    for (const [tool, input] of OPERATIONS) {
      const { error } = await ground.call(target, tool, {
        ...input,
        repo: join(relative(ground.root, repo.root), "dir/tree"),
      });
      expect(error, tool).toBe("denied");
    }
  });
});
