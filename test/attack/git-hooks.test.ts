import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HOOKS, hostileGround, type HostileGround, type Target } from "../support/hostile.ts";
import {
  abort,
  amend,
  attack,
  blame,
  clash,
  commit,
  creating,
  diff,
  fetching,
  log,
  manyObjects,
  merge,
  never,
  older,
  pick,
  pop,
  push,
  pushing,
  reads,
  rebase,
  restore,
  revert,
  show,
  stage,
  stageLine,
  status,
  switching,
  tag,
  worktree,
  type Call,
  type Row,
} from "../support/hostile-rows.ts";

// Hooks of a repository, and the attributes that choose filters, converters and drivers.

let ground: HostileGround;
beforeAll(async () => {
  ground = await hostileGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

/** One hook, and what makes plain git run it. */
function hook(name: string, plain: readonly string[] | string, ours: readonly Call[]): Row {
  return {
    name,
    plant: (target) => target.hook(name),
    plain: typeof plain === "string" ? plain : (twin) => twin.plain(plain),
    ours,
  };
}

const COMMITTING = ["commit", "--allow-empty", "-m", "x"];

const BY_NAME: readonly Row[] = [
  hook("pre-commit", COMMITTING, [stage, commit, amend]),
  hook("prepare-commit-msg", COMMITTING, [commit, amend, never, revert]),
  hook("commit-msg", COMMITTING, [commit, amend, never, pick]),
  hook("post-commit", COMMITTING, [commit, amend, pick]),
  hook("pre-merge-commit", ["merge", "--no-ff", "-m", "x", "feature"], [never]),
  hook("post-merge", ["merge", "feature"], [merge, never]),
  hook("pre-rebase", ["rebase", "--autostash", "clash"], [push, switching, rebase]),
  hook("post-rewrite", ["commit", "--amend", "-m", "x"], [amend, push, switching, rebase]),
  hook("post-checkout", ["checkout", "pick"], [switching, creating, older, worktree, restore]),
  hook("pre-push", ["push", "origin", "main:x"], [pushing]),
  hook(
    "reference-transaction",
    ["branch", "x"],
    [
      commit,
      merge,
      tag,
      fetching,
      pushing,
      ["git_branches", { action: "create", name: "x" }],
      ["git_branches", { action: "delete", name: "feature", force: true }],
      push,
    ],
  ),
  hook("post-index-change", ["add", "new.txt"], [...reads, stage, stageLine, push, pop, switching]),
  hook("sendemail-validate", "git runs it for mail only", [commit]),
  hook("applypatch-msg", "git runs it for mailboxes only", [rebase, pick]),
  {
    name: "a hook folder of the work tree by core.hooksPath",
    plant: async (target) => {
      await target.config("[core]\n\thooksPath = scripts");
      await target.own("../scripts/pre-commit", `#!/bin/sh\nexec '${target.run}'\n`);
      await target.own("../scripts/post-index-change", `#!/bin/sh\nexec '${target.run}'\n`);
    },
    plain: (twin) => twin.plain(COMMITTING),
    ours: [status, stage, commit, merge, switching],
  },
  {
    name: "a hook folder beside the repository",
    plant: async (target) => {
      await target.own("../../hooks/pre-commit", `#!/bin/sh\nexec '${target.run}'\n`);
      await target.config(`[core]\n\thooksPath = ${join(target.repo.root, "../hooks")}`);
    },
    plain: (twin) => twin.plain(COMMITTING),
    ours: [status, stage, commit],
  },
  {
    name: "a hook folder that is a link",
    plant: async (target) => {
      await target.own("other/pre-commit", `#!/bin/sh\nexec '${target.run}'\n`);
      await symlink("other", join(target.gitDir, "hooks"));
    },
    plain: (twin) => twin.plain(COMMITTING),
    ours: [status, stage, commit],
  },
  ...["pre-receive", "update", "post-receive", "post-update"].map((name): Row => ({
    name: `${name} of a remote inside the roots`,
    plant: (target) => target.own(`../../remote.git/hooks/${name}`, `#!/bin/sh\nexec '${target.run}'\n`),
    plain: (twin) => twin.plain(["push", "origin", "main:x"]),
    ours: [fetching, pushing],
  })),
  {
    name: "proc-receive of a remote inside the roots",
    plant: async (target) => {
      await target.own("../../remote.git/hooks/proc-receive", `#!/bin/sh\nexec '${target.run}'\n`);
      await target.remote.git("config", "receive.procReceiveRefs", "refs");
    },
    plain: (twin) => twin.plain(["push", "origin", "main:x"]),
    ours: [fetching, pushing],
  },
];

/** Every driver there is. */
async function drivers({ config, run }: Target): Promise<void> {
  await config(
    `[filter "evil"]\n\tclean = ${run}\n\tsmudge = ${run}\n\tprocess = ${run}\n` +
      `[diff "evil"]\n\ttextconv = ${run}\n\tcommand = ${run}\n[merge "evil"]\n\tdriver = ${run}`,
  );
}

const ALL = "filter=evil diff=evil merge=evil";

/** Attributes in one of the places where git looks for them. */
function attributes(name: string, put: (target: Target) => Promise<unknown>, plain = ["diff"]): Row {
  return {
    name,
    plant: async (target) => {
      await drivers(target);
      await put(target);
    },
    plain: (twin) => twin.plain(plain),
    ours: [...reads, stage, stageLine, commit, restore, older, push, pop, clash, abort, switching],
  };
}

const ATTRIBUTES: readonly Row[] = [
  attributes(".gitattributes", ({ repo }) => repo.write({ ".gitattributes": `* ${ALL}\n` })),
  attributes("info/attributes", ({ own }) => own("info/attributes", `* ${ALL}\n`)),
  attributes(
    "attributes of a folder",
    async ({ repo }) => {
      await repo.write({ "dir/.gitattributes": `*.txt ${ALL}\n`, "dir/c.txt": "changed\n" });
    },
    ["diff"],
  ),
  attributes(
    "attributes that only the index has",
    async ({ repo }) => {
      await repo.write({ ".gitattributes": `* ${ALL}\n` });
      await repo.git("-c", "filter.evil.clean=cat", "-c", "filter.evil.process=", "add", ".gitattributes");
      await repo.write({ ".gitattributes": undefined });
    },
    ["checkout", "--", "dirty.txt"],
  ),
  attributes("a macro", ({ repo }) => repo.write({ ".gitattributes": `[attr]mine ${ALL}\n* mine\n` })),
  attributes(
    "attributes that a switch brings",
    async ({ repo }) => {
      await repo.git("-c", "filter.evil.clean=cat", "-c", "filter.evil.process=", "stash", "--all");
      await repo.git("switch", "--quiet", "feature");
      await repo.write({ ".gitattributes": `* ${ALL}\n` });
      await repo.git("-c", "filter.evil.clean=cat", "-c", "filter.evil.process=", "add", ".gitattributes");
      await repo.git("-c", "filter.evil.clean=cat", "-c", "filter.evil.process=", "commit", "-qm", "x");
      await repo.git("-c", "filter.evil.smudge=cat", "-c", "filter.evil.process=", "switch", "-q", "main");
    },
    ["checkout", "feature"],
  ),
];

describe("a hook of the repository", () => {
  test.concurrent.each(BY_NAME)("does not run: $name", async (row) => {
    expect(await attack(ground, row)).toEqual([]);
  });

  test("does not run, whatever is done", { timeout: 120_000 }, async () => {
    const target = await ground.target();
    for (const name of HOOKS) await target.hook(name);
    await manyObjects(target);
    const swept = await ground.sweep(target);
    expect(ground.harm(target)).toEqual([]);
    expect(swept.filter(({ error }) => error !== undefined)).toHaveLength(1);
  });
});

describe("attributes", () => {
  test.concurrent.each(ATTRIBUTES)("run nothing: $name", async (row) => {
    expect(await attack(ground, row)).toEqual([]);
  });

  test.each([
    ["outside", (outside: string) => join(outside, "attributes")],
    ["to a file inside that is no attributes file", () => "../../a.txt"],
  ])("that are a link %s are not read", async (_, to) => {
    for (const name of ["info/attributes", "../.gitattributes", "../dir/.gitattributes"]) {
      const target = await ground.target();
      await drivers(target);
      await target.own("info/x", "");
      await symlink(to(ground.outside), join(target.gitDir, name));
      await ground.call(target, "git_status");
      for (const [tool, input] of [diff, stage, commit, switching, log, show, blame])
        await ground.call(target, tool, input);
      expect(ground.harm(target)).toEqual([]);
    }
  });

  test("that change how files are stored do so, and nothing else", async () => {
    const target = await ground.target();
    await target.repo.write({
      ".gitattributes":
        "*.u16 working-tree-encoding=UTF-16\n*.odd working-tree-encoding=$(touch x)\n*.id ident export-subst\n",
      "a.id": "$Id: /etc/passwd$ $Format:%n$\n",
      "b.odd": "x\n",
    });
    await writeFile(join(target.repo.root, "c.u16"), Buffer.from("text\n", "utf16le"));
    const paths = [".gitattributes", "a.id", "c.u16"];
    await ground.call(target, "git_stage", { paths });
    await ground.call(target, "git_stage", { paths: ["b.odd"] });
    await ground.call(target, "git_commit", { message: "m" });
    for (const [tool, input] of [diff, show, older, restore, switching])
      await ground.call(target, tool, input);
    expect(ground.harm(target)).toEqual([]);
  });
});
