import { mkdir, readdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostileGround, type HostileGround, type Target } from "../support/hostile.ts";
import {
  attack,
  commit,
  diff,
  merge,
  older,
  pop,
  push,
  status,
  switching,
  type Call,
  type Row,
} from "../support/hostile-rows.ts";

// Trees, index entries and links that lead out of the work tree or into the git folder, and sequences that were begun
// by whoever made the repository.

let ground: HostileGround;
beforeAll(async () => {
  ground = await hostileGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const NO = { kind: "no", how: "decline" } as const;

/** Names that are no names, or stand for the git folder on some system. */
const NAMES = [
  "..",
  ".",
  ".git",
  ".GIT",
  ".Git",
  "git~1",
  "GIT~1",
  ".git.",
  ".git ",
  ".git::$INDEX_ALLOCATION",
  ".git\\x",
  ".g\u200cit",
  "..\\x",
  "C:",
  "a\\..\\..\\x",
];

async function object({ repo }: Target, args: readonly string[], input: string): Promise<string> {
  return (await repo.bytes(args, Buffer.from(input))).toString().trim();
}

/** A commit upon main whose tree holds these beside what is there, whatever they are called. */
async function commitOf(target: Target, entries: readonly string[]): Promise<string> {
  const { repo } = target;
  const tree = await repo.bytes(["ls-tree", "-z", "main"]);
  const text = `${tree.toString()}${entries.map((entry) => `${entry}\0`).join("")}`;
  const made = await object(target, ["mktree", "-z"], text);
  return repo.git("commit-tree", made, "-p", "main", "-m", "bad");
}

/** A folder with this name that would be a git folder, or lie above the work tree. */
async function badCommit(target: Target, name: string): Promise<string> {
  const blob = await object(
    target,
    ["hash-object", "-w", "--stdin"],
    `[core]\n\tfsmonitor = ${target.run}\n`,
  );
  const hook = await object(target, ["hash-object", "-w", "--stdin"], `#!/bin/sh\nexec ${target.run}\n`);
  const hooks = await object(target, ["mktree"], `100755 blob ${hook}\tpost-checkout\n`);
  const tree = await object(target, ["mktree"], `100644 blob ${blob}\tconfig\n040000 tree ${hooks}\thooks\n`);
  return commitOf(target, [`040000 tree ${tree}\t${name}`]);
}

async function standing({ repo, gitDir }: Target): Promise<unknown> {
  const place = await readdir(join(repo.root, ".."));
  return [
    place,
    await readFile(join(gitDir, "config"), "utf8"),
    await readdir(join(gitDir, "hooks")).catch(() => []),
  ];
}

describe("a tree with names that are none", () => {
  test.concurrent.each(NAMES)("is not written out: %j", async (name) => {
    const target = await ground.target();
    const bad = await badCommit(target, name);
    await target.repo.git("update-ref", "refs/heads/bad", bad);
    const stash = await target.repo.git("commit-tree", `${bad}^{tree}`, "-p", "main", "-p", bad, "-m", "s");
    await target.repo.git("update-ref", "--create-reflog", "-m", "s", "refs/stash", stash);
    const before = await standing(target);
    const path = `${name}/config`;
    for (const [tool, input] of [
      ["git_show", { ref: "bad" }],
      ["git_diff", { from: "main", to: "bad" }],
      ["git_stash", { action: "show" }],
      push,
      ["git_restore", { paths: [path], ref: "bad" }],
      ["git_restore", { paths: ["."], ref: "bad" }],
      ["git_stash", { action: "apply", index: 1 }],
      ["git_merge", { action: "cherry-pick", refs: ["bad"] }],
      ["git_merge", { action: "abort" }],
      ["git_merge", { action: "merge", refs: ["bad"] }],
      ["git_merge", { action: "abort" }],
      ["git_switch", { ref: "bad" }],
      ["git_switch", { ref: "main" }],
      ["git_worktree", { action: "add", path: "tree", ref: "bad" }],
      status,
      commit,
    ] as readonly Call[])
      await ground.call(target, tool, input);
    expect(await standing(target)).toEqual(before);
    expect(ground.harm(target)).toEqual([]);
  });

  test("real git takes such trees, and refuses to write them out", async () => {
    const twin = await ground.twin();
    const bad = await badCommit(twin, "..");
    expect(await twin.plain(["ls-tree", "-r", "--name-only", bad])).toContain("../config");
    expect(await twin.plain(["checkout", bad])).toContain("invalid path");
  });
});

describe("an index with entries that are none", () => {
  test.each(["../x.txt", "/etc/x", ".git/x", ".GIT/hooks/pre-commit", "a/../../x", "git~1/x", "./x"])(
    "writes nothing: %s",
    async (name) => {
      const target = await ground.target();
      const plain = "i".repeat(name.length);
      await target.repo.write({ [plain]: `#!/bin/sh\nexec ${target.run}\n` });
      await target.repo.git("add", plain);
      await target.repo.write({ [plain]: undefined });
      // the same index, but for the name, with a checksum that git does not ask about
      const path = join(target.gitDir, "index");
      const bytes = await readFile(path);
      const at = bytes.indexOf(`${plain}\0`);
      expect(at).toBeGreaterThan(0);
      bytes.write(name, at);
      bytes.fill(0, bytes.length - 20);
      await writeFile(path, bytes);
      const before = await standing(target);
      for (const [tool, input] of [
        status,
        diff,
        ["git_restore", { paths: ["."] }],
        push,
        pop,
        commit,
        switching,
      ] as const)
        await ground.call(target, tool, input);
      expect(await standing(target)).toEqual(before);
      expect(ground.harm(target)).toEqual([]);
    },
  );
});

describe("a link in the work tree", () => {
  test("that stands for a tracked folder is not written or read through", async () => {
    for (const to of ["outside", "git"] as const) {
      const target = await ground.target();
      await mkdir(join(target.gitDir, "deep"));
      await rename(join(target.repo.root, "dir"), join(target.repo.root, "../dir"));
      const goal = to === "outside" ? target.outside : ".git";
      await symlink(goal, join(target.repo.root, "dir"));
      const before = await standing(target);
      for (const [tool, input] of [
        status,
        diff,
        ["git_stage", { paths: ["dir/c.txt"] }],
        ["git_stage", { paths: ["dir/secret.txt"] }],
        ["git_stage", { paths: ["dir"] }],
        ["git_stage", { hunks: [{ path: "dir/c.txt", startLine: 1, endLine: 1 }] }],
        ["git_blame", { path: "dir/secret.txt" }],
        ["git_diff", { files: ["dir/secret.txt", "a.txt"] }],
        ["git_restore", { paths: ["dir/c.txt"] }],
        push,
        merge,
        switching,
        older,
        pop,
        ["git_restore", { paths: ["."] }],
        ["git_worktree", { action: "add", path: "dir/new", create: "n" }],
      ] as readonly Call[])
        await ground.call(target, tool, input);
      expect(await standing(target)).toEqual(before);
      expect(ground.harm(target)).toEqual([]);
    }
  });

  test("that a commit brings is replaced, not followed, by the next one", async () => {
    const target = await ground.target();
    const { repo } = target;
    await repo.git("stash", "--all");
    const link = await object(target, ["hash-object", "-w", "--stdin"], target.outside);
    const first = await commitOf(target, [`120000 blob ${link}\tdoor`]);
    const blob = await object(target, ["hash-object", "-w", "--stdin"], "written\n");
    const tree = await object(
      target,
      ["mktree"],
      `100644 blob ${blob}\tsecret.txt\n100644 blob ${blob}\tnew.txt\n`,
    );
    const second = await commitOf(target, [`040000 tree ${tree}\tdoor`]);
    await repo.git("update-ref", "refs/heads/one", first);
    await repo.git("update-ref", "refs/heads/two", second);
    // an untracked link where a stash keeps untracked files
    const index = await repo.git("commit-tree", "main^{tree}", "-p", "main", "-m", "index");
    const stash = await repo.git(
      "commit-tree",
      "main^{tree}",
      "-p",
      "main",
      "-p",
      index,
      "-p",
      second,
      "-m",
      "s",
    );
    await repo.git("update-ref", "--create-reflog", "-m", "s", "refs/stash", stash);
    for (const [tool, input] of [
      ["git_switch", { ref: "one" }],
      ["git_stash", { action: "apply" }],
      ["git_switch", { ref: "two" }],
      ["git_switch", { ref: "one" }],
      ["git_merge", { action: "merge", refs: ["two"] }],
      ["git_merge", { action: "conflicts" }],
      ["git_merge", { action: "abort" }],
      ["git_merge", { action: "cherry-pick", refs: ["two"] }],
      ["git_merge", { action: "abort" }],
      ["git_restore", { paths: ["door/secret.txt"], ref: "two" }],
      ["git_restore", { paths: ["door"], ref: "one" }],
      ["git_switch", { ref: "main" }],
    ] as readonly Call[])
      await ground.call(target, tool, input);
    await symlink(target.outside, join(repo.root, "door")).catch(() => undefined);
    await ground.call(target, "git_stash", { action: "pop" });
    await ground.call(target, "git_merge", { action: "merge", refs: ["two"] });
    expect(ground.harm(target)).toEqual([]);
  });
});

/** A rebase that stopped, with this list of what is still to be done. */
async function stoppedRebase(
  target: Target,
  todo: string,
  files: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { repo, own } = target;
  await repo.git("stash", "--all");
  const head = await repo.git("rev-parse", "main");
  const onto = await repo.git("rev-parse", "v1^{commit}");
  await repo.git("checkout", "--quiet", "--detach", "main");
  const state = {
    "head-name": "refs/heads/main\n",
    onto: `${onto}\n`,
    "orig-head": `${head}\n`,
    "git-rebase-todo": todo,
    done: "",
    end: "1\n",
    msgnum: "1\n",
    interactive: "",
    quiet: "",
    ...files,
  };
  for (const [name, text] of Object.entries(state)) await own(`rebase-merge/${name}`, text);
}

const goOn: Call = ["git_merge", { action: "continue" }];
const takeBack: Call = ["git_merge", { action: "abort" }];

/** A state of a sequence that plain git goes on with. */
function state(name: string, plant: (target: Target) => Promise<unknown>, plain: Row["plain"]): Row {
  return {
    name,
    plant,
    plain,
    ours: [status, ["git_merge", { action: "conflicts" }], goOn, commit, goOn, takeBack, status],
  };
}

const continued = (twin: Target): Promise<string> =>
  twin.plain(["rebase", "--continue"], { env: { GIT_EDITOR: ":" } });

const STATES: readonly Row[] = [
  ...["exec", "x", "  exec", "\texec", "noop\nexec"].map((word) =>
    state(
      `a rebase with the step ${JSON.stringify(word)}`,
      (target) => stoppedRebase(target, `${word} ${target.run}\n`),
      continued,
    ),
  ),
  state(
    "a rebase that signs",
    async (target) => {
      await target.config(`[gpg]\n\tprogram = ${target.run}`);
      await stoppedRebase(target, `pick ${await target.repo.git("rev-parse", "pick")}\n`, {
        gpg_sign_opt: "-Sx\n",
      });
    },
    continued,
  ),
  state(
    "a rebase with a strategy of its own",
    async (target) => {
      await stoppedRebase(target, `pick ${await target.repo.git("rev-parse", "clash")}\n`, {
        strategy: "evil\n",
      });
      await target.own("bin/git-merge-evil", `#!/bin/sh\nexec ${target.run}\n`);
    },
    (twin) =>
      twin.plain(["rebase", "--continue"], {
        env: { PATH: `${join(twin.gitDir, "bin")}:${process.env["PATH"] ?? ""}` },
      }),
  ),
  state(
    "a rebase whose branch is no branch",
    (target) => stoppedRebase(target, "noop\n", { "head-name": "refs/heads/../../../../../outside/x\n" }),
    "git refuses such names",
  ),
  state(
    "a cherry-pick that signs and has a strategy",
    async (target) => {
      await target.repo.git("stash", "--all");
      await target.config(`[gpg]\n\tprogram = ${target.run}`);
      const one = await target.repo.git("rev-parse", "pick");
      await target.own("CHERRY_PICK_HEAD", `${one}\n`);
      await target.own("sequencer/head", `${await target.repo.git("rev-parse", "main")}\n`);
      await target.own(
        "sequencer/todo",
        `pick ${one} x\npick ${await target.repo.git("rev-parse", "feature")} y\n`,
      );
      await target.own("sequencer/opts", "[options]\n\tgpg-sign = x\n");
      await target.own("sequencer/abort-safety", `${await target.repo.git("rev-parse", "main")}\n`);
    },
    async (twin) =>
      (await twin.plain(["cherry-pick", "--skip"])) + (await twin.plain(["cherry-pick", "--continue"])),
  ),
  state(
    "mail that is being applied",
    async (target) => {
      await target.hook("applypatch-msg");
      await target.hook("pre-applypatch");
      const files = {
        next: "1\n",
        last: "1\n",
        applying: "",
        threeway: "t\n",
        sign: "f\n",
        quiet: "f\n",
        "abort-safety": "\n",
      };
      for (const [name, text] of Object.entries(files)) await target.own(`rebase-apply/${name}`, text);
    },
    "it wants a patch and an author beside, and then runs hooks only",
  ),
  state(
    "a merge with modes and heads of its own",
    async (target) => {
      await target.own("MERGE_HEAD", `${await target.repo.git("rev-parse", "feature")}\n--output=x\n`);
      await target.own("MERGE_MODE", "no-ff --exec=x\n");
      await target.own("MERGE_MSG", `x\n# exec ${target.run}\n`);
      await target.own("AUTO_MERGE", "--output=x\n");
      for (const name of ["pre-merge-commit", "commit-msg", "post-merge"]) await target.hook(name);
    },
    "git refuses such a head",
  ),
  state(
    "a bisect",
    async (target) => {
      await target.own("BISECT_LOG", "git bisect start\n");
      await target.own("BISECT_RUN", target.run);
      await target.own("BISECT_START", "--output=x\n");
      await target.own("BISECT_NAMES", `$(${target.run})\n`);
    },
    "git bisect run takes its command from the caller",
  ),
];

describe("a sequence that was begun by somebody hostile", () => {
  test.concurrent.each(STATES)("runs nothing: $name", async (row) => {
    expect(await attack(ground, row)).toEqual([]);
  });

  /** A stash that changes a protected file, for what is applied at the end of something else. */
  async function protectedStash(target: Target): Promise<string> {
    const { repo } = target;
    const blob = await object(target, ["hash-object", "-w", "--stdin"], `{"evil":"${target.run}"}\n`);
    const bad = await commitOf(target, [`100644 blob ${blob}\t.mcp.json`]);
    const index = await repo.git("commit-tree", "main^{tree}", "-p", "main", "-m", "index");
    return repo.git("commit-tree", `${bad}^{tree}`, "-p", "main", "-p", index, "-m", "s");
  }

  const brings = [
    ["rebase-merge/autostash", goOn],
    ["rebase-merge/autostash", takeBack],
    ["MERGE_AUTOSTASH", goOn],
    ["MERGE_AUTOSTASH", takeBack],
    ["MERGE_AUTOSTASH", commit],
    ["MERGE_AUTOSTASH", merge],
    ["MERGE_AUTOSTASH", ["git_merge", { action: "merge", refs: ["feature"], ff: "never" }]],
    ["MERGE_AUTOSTASH", ["git_merge", { action: "cherry-pick", refs: ["pick"] }]],
    ["MERGE_AUTOSTASH", switching],
    ["rebase-merge/autostash", status],
  ] as const;

  test.each(brings)("brings back no protected file by %s with %j", async (name, [tool, input]) => {
    const target = await ground.target();
    const { repo } = target;
    const stash = await protectedStash(target);
    if (name.startsWith("rebase")) await stoppedRebase(target, "noop\n", { autostash: `${stash}\n` });
    else {
      await repo.git("stash", "--all");
      if (tool === "git_commit" || input?.["action"] === "continue" || input?.["action"] === "abort")
        await repo.git("merge", "--no-commit", "--no-ff", "feature");
      await target.own("MERGE_AUTOSTASH", `${stash}\n`);
    }
    await ground.call(target, tool, input, NO);
    expect(await readdir(repo.root)).not.toContain(".mcp.json");
    expect(ground.harm(target)).toEqual([]);
  });

  test("plain git brings it back", async () => {
    const twin = await ground.twin();
    const stash = await protectedStash(twin);
    await stoppedRebase(twin, "noop\n", { autostash: `${stash}\n` });
    const words = await continued(twin);
    expect(await readdir(twin.repo.root), words).toContain(".mcp.json");
  });
});
