import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HOOKS, hostileGround, type HostileGround, type Target } from "../support/hostile.ts";
import {
  attack,
  manyObjects,
  signHead,
  submodule,
  type Call,
  type Row,
  status,
  diff,
  log,
  show,
  blame,
  stage,
  stageLine,
  commit,
  amend,
  merge,
  never,
  clash,
  abort,
  pick,
  revert,
  rebase,
  switching,
  restore,
  older,
  push,
  pop,
  worktree,
  tag,
  changelog,
  fetching,
  pushing,
  reads,
} from "../support/hostile-rows.ts";

// Settings of a repository that run programs or lead elsewhere.

let ground: HostileGround;
beforeAll(async () => {
  ground = await hostileGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

/** One setting that names the program, and what makes git go by it. */
function setting(
  name: string,
  text: (target: Target) => string,
  plain: Row["plain"] | readonly string[],
  ours: readonly Call[],
): Row {
  const run = typeof plain === "object" ? (twin: Target) => twin.plain(plain) : plain;
  return { name, plant: (target) => target.config(text(target)), plain: run, ours };
}

/** With these attributes for every file. */
function attributed(row: Row, attributes: string): Row {
  const plant = async (target: Target): Promise<void> => {
    await target.own("info/attributes", attributes);
    await row.plant(target);
  };
  return { ...row, plant };
}

const evil = (what: string, line: string): string => `[${what} "evil"]\n\t${line}`;

const SETTINGS: readonly Row[] = [
  setting(
    "core.fsmonitor",
    ({ run }) => `[core]\n\tfsmonitor = ${run}`,
    ["status"],
    [...reads, stage, commit],
  ),
  setting(
    "core.fsmonitor of the first version",
    ({ run }) => `[core]\n\tfsmonitor = ${run}\n\tfsmonitorHookVersion = 1`,
    ["status"],
    [...reads, stage, push],
  ),
  setting(
    "core.fsmonitor = true",
    () => "[core]\n\tfsmonitor = true",
    "git 2.39 has no daemon of its own on Linux",
    [...reads, stage],
  ),
  setting(
    "core.sshCommand",
    ({ run }) => `[core]\n\tsshCommand = ${run}\n[remote "origin"]\n\turl = ssh://127.0.0.1:1/x`,
    (twin) => twin.plain(["fetch", "ssh://127.0.0.1:1/x"]),
    [fetching, pushing],
  ),
  setting(
    "core.pager",
    ({ run }) => `[core]\n\tpager = ${run}`,
    (twin) => twin.plain(["log"], { terminal: true }),
    reads,
  ),
  setting(
    "pager.log and pager.diff",
    ({ run }) => `[pager]\n\tlog = ${run}\n\tdiff = ${run}\n\tstash = ${run}\n\tbranch = ${run}`,
    (twin) => twin.plain(["diff"], { terminal: true }),
    reads,
  ),
  setting(
    "core.editor",
    ({ run }) => `[core]\n\teditor = ${run}`,
    ["commit", "--allow-empty"],
    [commit, amend, never, revert, tag],
  ),
  setting(
    "sequence.editor",
    ({ run }) => `[sequence]\n\teditor = ${run}`,
    async (twin) => {
      await twin.repo.git("stash", "--all");
      return twin.plain(["rebase", "-i", "HEAD~1"]);
    },
    [push, rebase],
  ),
  setting(
    "core.askPass",
    ({ run }) => `[core]\n\taskPass = ${run}`,
    (twin) => twin.plain(["credential", "fill"], { input: "protocol=https\nhost=x\n\n" }),
    [fetching, pushing],
  ),
  setting(
    "core.gitProxy",
    ({ run }) => `[core]\n\tgitProxy = ${run}\n[remote "origin"]\n\turl = git://127.0.0.1:1/x`,
    ["fetch", "git://127.0.0.1:1/x"],
    [fetching, pushing],
  ),
  {
    name: "core.alternateRefsCommand",
    plant: async (target) => {
      await target.own("objects/info/alternates", "../../../remote.git/objects\n");
      await target.config(`[core]\n\talternateRefsCommand = ${target.run}`);
      await target.remote.git("branch", "newer", "main");
    },
    plain: async (twin) => {
      await twin.repo.git("-C", "../remote.git", "worktree", "add", "../other");
      await twin.repo.git("-C", "../other", "commit", "--quiet", "--allow-empty", "-m", "x");
      return twin.plain(["fetch"]);
    },
    ours: [status, log, fetching, pushing],
  },
  {
    name: "core.worktree that lies outside",
    plant: (target) => target.config(`[core]\n\tworktree = ${target.outside}`),
    plain: (twin) => twin.plain(["status", "--untracked-files=all"]),
    shows: /SECRET-NAME/u,
    ours: [...reads, stage, commit, restore, older, switching, push, pop],
  },
  {
    name: "core.excludesFile that lies outside",
    plant: async (target) => {
      await target.config(`[core]\n\texcludesFile = ${join(ground.outside, "deep/secret.txt")}`);
      await target.repo.write({ "SECRET-FROM-OUTSIDE": "x" });
    },
    plain: (twin) => twin.plain(["check-ignore", "-v", "SECRET-FROM-OUTSIDE"]),
    shows: /outside\/deep/u,
    ours: [["git_log"]],
  },
  setting(
    "core.attributesFile that lies outside",
    ({ run }) =>
      `[core]\n\tattributesFile = ${join(ground.outside, "attributes")}\n${evil("diff", `textconv = ${run}`)}`,
    "the file outside would have to be the attacker's",
    [...reads, stage],
  ),
  setting("diff.external", ({ run }) => `[diff]\n\texternal = ${run}`, ["diff"], reads),
  attributed(
    setting("diff.<driver>.command", ({ run }) => evil("diff", `command = ${run}`), ["diff"], reads),
    "* diff=evil\n",
  ),
  attributed(
    setting(
      "diff.<driver>.textconv",
      ({ run }) => evil("diff", `textconv = ${run}\n\tcachetextconv = true`),
      ["blame", "a.txt"],
      [...reads, ["git_log", { pickaxe: "line main" }], ["git_show", { ref: "v1", path: "a.txt" }]],
    ),
    "* diff=evil\n",
  ),
  attributed(
    setting(
      "diff.<driver>.xfuncname",
      () => evil("diff", String.raw`xfuncname = "^((a+)+)+$"`),
      "a pattern runs nothing, and git's own library matches it in linear time",
      reads,
    ),
    "* diff=evil\n",
  ),
  attributed(
    setting(
      "filter.<name>.clean",
      ({ run }) => evil("filter", `clean = ${run}`),
      ["diff"],
      [...reads, stage, stageLine, commit, push],
    ),
    "* filter=evil\n",
  ),
  attributed(
    setting(
      "filter.<name>.smudge",
      ({ run }) => evil("filter", `smudge = ${run}`),
      ["checkout", "-f", "clash"],
      [switching, older, restore, pop, merge, worktree, pick, revert],
    ),
    "* filter=evil\n",
  ),
  attributed(
    setting(
      "filter.<name>.process, required",
      ({ run }) => evil("filter", `process = ${run}\n\trequired = true`),
      ["add", "new.txt"],
      [...reads, stage, stageLine, commit, push, switching, restore],
    ),
    "* filter=evil\n",
  ),
  attributed(
    setting(
      "merge.<driver>.driver",
      ({ run }) => evil("merge", `driver = ${run} %O %A %B`),
      ["merge", "clash"],
      [clash, abort, pick, revert, pop],
    ),
    "* merge=evil\n",
  ),
  setting(
    "merge.default",
    ({ run }) => `[merge]\n\tdefault = evil\n${evil("merge", `driver = ${run} %O %A %B`)}`,
    ["merge", "clash"],
    [clash, abort, pick, revert, pop],
  ),
  setting(
    "gpg.program by commit.gpgSign",
    ({ run }) => `[gpg]\n\tprogram = ${run}\n[commit]\n\tgpgSign = true\n[user]\n\tsigningKey = -x`,
    ["commit", "--allow-empty", "-m", "x"],
    [commit, amend, never, pick, revert, rebase, push],
  ),
  setting(
    "gpg.ssh.program",
    ({ run }) =>
      `[gpg]\n\tformat = ssh\n[gpg "ssh"]\n\tprogram = ${run}\n[commit]\n\tgpgSign = true\n[user]\n\tsigningKey = key::x`,
    ["commit", "--allow-empty", "-m", "x"],
    [commit, amend, never, pick, revert],
  ),
  setting(
    "gpg.ssh.defaultKeyCommand",
    ({ run }) =>
      `[gpg]\n\tformat = ssh\n[gpg "ssh"]\n\tdefaultKeyCommand = ${run}\n[commit]\n\tgpgSign = true`,
    ["commit", "--allow-empty", "-m", "x"],
    [commit, amend, never],
  ),
  setting(
    "tag.gpgSign",
    ({ run }) => `[gpg]\n\tprogram = ${run}\n[tag]\n\tgpgSign = true\n\tforceSignAnnotated = true`,
    ["tag", "-m", "x", "x"],
    [tag, ["git_branches", { action: "create", kind: "tag", name: "light" }]],
  ),
  {
    name: "log.showSignature and gpg.program",
    plant: async (target) => {
      await target.config(`[log]\n\tshowSignature = true\n[gpg]\n\tprogram = ${target.run}`);
      await signHead(target);
    },
    plain: (twin) => twin.plain(["log"]),
    ours: [...reads, merge],
  },
  {
    name: "merge.verifySignatures",
    plant: async (target) => {
      await target.config(`[merge]\n\tverifySignatures = true\n[gpg]\n\tprogram = ${target.run}`);
      await signHead(target, "feature");
    },
    plain: (twin) => twin.plain(["merge", "feature"]),
    ours: [merge, never],
  },
  setting(
    "credential.helper",
    ({ run }) => `[credential]\n\thelper = ${run}`,
    (twin) => twin.plain(["credential", "fill"], { input: "protocol=https\nhost=x\n\n" }),
    [fetching, pushing],
  ),
  setting(
    "credential.helper as a line for the shell",
    ({ run }) => `[credential "https://x"]\n\thelper = "!${run}"`,
    (twin) => twin.plain(["credential", "fill"], { input: "protocol=https\nhost=x\n\n" }),
    [fetching, pushing],
  ),
  setting(
    "alias.*",
    ({ run }) =>
      `[alias]\n\tmine = !${run}\n\tstatus = !${run}\n\trev-list = !${run}\n\tmerge-tree = !${run}`,
    ["mine"],
    [...reads, merge],
  ),
  {
    name: "include.path",
    plant: async (target) => {
      await target.own("more", `[core]\n\tfsmonitor = ${target.run}\n`);
      await target.config("[include]\n\tpath = more");
    },
    plain: (twin) => twin.plain(["status"]),
    ours: [...reads, stage],
  },
  ...["gitdir:**", "gitdir/i:**", "onbranch:main", "hasconfig:remote.*.url:**"].map((condition): Row => ({
    name: `includeIf ${condition}`,
    plant: async (target) => {
      await target.own("more", `[core]\n\tfsmonitor = ${target.run}\n`);
      await target.config(`[includeIf "${condition}"]\n\tpath = more`);
    },
    plain: (twin) => twin.plain(["status"]),
    ours: [status, diff, log],
  })),
  {
    name: "include.path that lies outside",
    plant: (target) => target.config(`[include]\n\tpath = ${join(ground.outside, "secret.txt")}`),
    plain: (twin) => twin.plain(["status"]),
    shows: /secret-from-outside/u,
    ours: [log, show],
  },
  {
    name: "config.worktree",
    plant: async (target) => {
      await target.config("[extensions]\n\tworktreeConfig = true");
      await target.own("config.worktree", `[core]\n\tfsmonitor = ${target.run}\n`);
    },
    plain: (twin) => twin.plain(["status"]),
    ours: [...reads, stage],
  },
  setting(
    "remote.*.uploadpack",
    ({ run }) => `[remote "origin"]\n\tuploadpack = ${run}`,
    ["fetch"],
    [fetching],
  ),
  setting(
    "remote.*.receivepack",
    ({ run }) => `[remote "origin"]\n\treceivepack = ${run}`,
    ["push", "origin", "main:elsewhere"],
    [pushing],
  ),
  {
    name: "remote.*.vcs",
    plant: (target) =>
      target.config(
        `[protocol]\n\tallow = always\n[remote "evil"]\n\turl = "${target.run}"\n\tvcs = ext\n[remote "origin"]\n\tvcs = ext`,
      ),
    plain: (twin) => twin.plain(["fetch", "evil"]),
    ours: [["git_fetch", { remote: "evil" }], ["git_push", { remote: "evil", ref: "main" }], fetching],
  },
  {
    name: "remote.*.url of ext::",
    plant: (target) =>
      target.config(`[protocol "ext"]\n\tallow = always\n[remote "evil"]\n\turl = "ext::${target.run}"`),
    plain: (twin) => twin.plain(["fetch", "evil"]),
    ours: [
      ["git_fetch", { remote: "evil" }],
      ["git_push", { remote: "evil", ref: "main" }],
    ],
  },
  ...["insteadOf", "pushInsteadOf"].map((key): Row => ({
    name: `url.*.${key} of ext::`,
    plant: (target) =>
      target.config(`[protocol]\n\tallow = always\n[url "ext::${target.run} "]\n\t${key} = ../`),
    plain: (twin) => twin.plain(key === "insteadOf" ? ["fetch"] : ["push", "origin", "main:x"]),
    ours: [fetching, pushing],
  })),
  {
    name: "a promisor remote that is asked for missing objects",
    plant: async (target) => {
      await target.config(
        `[protocol]\n\tallow = always\n[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tpartialClone = evil\n[remote "evil"]\n\turl = "ext::${target.run}"\n\tpromisor = true`,
      );
      const missing = "1".repeat(40);
      await target.repo.git("update-index", "--add", "--cacheinfo", `100644,${missing},missing.txt`);
    },
    plain: (twin) => twin.plain(["diff", "--cached"]),
    ours: [
      ["git_diff", { staged: true }],
      status,
      ["git_show", { ref: "1".repeat(40) }],
      ["git_restore", { paths: ["missing.txt"] }],
      commit,
      push,
      fetching,
    ],
  },
  {
    name: "submodule.*.update as a line for the shell",
    plant: async (target) => {
      await submodule(target);
      await target.config(
        `[submodule "sub"]\n\tactive = true\n\turl = ../remote.git\n\tupdate = "!${target.run}"`,
      );
    },
    plain: async (twin) => {
      await twin.repo.git("-C", "sub", "commit", "--quiet", "--allow-empty", "-m", "x");
      return twin.plain(["submodule", "update", "sub"]);
    },
    ours: [...reads, switching, older, worktree, merge, fetching],
  },
  setting(
    "uploadpack.packObjectsHook",
    ({ run }) => `[uploadpack]\n\tpackObjectsHook = ${run}`,
    "git reads it from the person's own files only",
    [fetching, pushing],
  ),
  setting(
    "gc.recentObjectsHook",
    ({ run }) => `[gc]\n\trecentObjectsHook = ${run}\n\tauto = 1`,
    "it came with git 2.42",
    [fetching, merge, commit],
  ),
  setting(
    "hook.<name>.command",
    ({ run }) => `[hook "evil"]\n\tcommand = ${run}\n\tevent = pre-commit`,
    "it came with git 2.54",
    [commit, switching],
  ),
  {
    name: "trace2.*",
    plant: (target) =>
      target.config(
        `[trace2]\n\teventTarget = ${join(ground.outside, "trace")}\n\tnormalTarget = ${join(ground.outside, "trace")}`,
      ),
    plain: "git reads it from the person's own files only",
    ours: [status, log, stage],
  },
  {
    name: "mailmap.file that lies outside",
    plant: async (target) => {
      await target.config(`[mailmap]\n\tfile = ${join(ground.base, "mailmap")}`);
      await writeFile(join(ground.base, "mailmap"), "SECRET-FROM-OUTSIDE <ada@example.com>\n");
    },
    plain: (twin) => twin.plain(["log", "--use-mailmap"]),
    shows: /SECRET-FROM-OUTSIDE/u,
    ours: [log, show, blame, changelog],
  },
  {
    name: "blame.ignoreRevsFile that lies outside",
    plant: (target) => target.config(`[blame]\n\tignoreRevsFile = ${join(ground.outside, "secret.txt")}`),
    plain: (twin) => twin.plain(["blame", "a.txt"]),
    shows: /SECRET-FROM-OUTSIDE/u,
    ours: [blame, ["git_blame", { path: "a.txt", ignoreRevs: ["v1"] }]],
  },
  {
    name: "commit.template that lies outside",
    plant: (target) => target.config(`[commit]\n\ttemplate = ${join(ground.outside, "secret.txt")}`),
    plain: (twin) => twin.plain(["commit", "--allow-empty"], { env: { GIT_EDITOR: "cat" } }),
    shows: /SECRET-FROM-OUTSIDE/u,
    ours: [["git_commit", { allowEmpty: true }], commit, log],
  },
  {
    name: "gc.auto and the hook before it",
    plant: async (target) => {
      await target.config("[gc]\n\tauto = 1\n\tautoDetach = false\n[maintenance]\n\tauto = true");
      await target.hook("pre-auto-gc");
      await manyObjects(target);
    },
    plain: (twin) => twin.plain(["gc", "--auto"]),
    ours: [merge, commit, fetching, rebase],
  },
  setting(
    "interactive.diffFilter",
    ({ run }) => `[interactive]\n\tdiffFilter = ${run}`,
    (twin) => twin.plain(["add", "-p"], { terminal: true, input: "q\n", env: { TERM: "xterm" } }),
    [stageLine, stage],
  ),
  {
    name: "rebase.instructionFormat with a step of its own",
    plant: (target) => target.config(`[rebase]\n\tinstructionFormat = "%s%nexec ${target.run}"`),
    plain: async (twin) => {
      await twin.repo.git("stash", "--all");
      await twin.repo.git("switch", "pick");
      return twin.plain(["rebase", "feature"]);
    },
    ours: [push, switching, rebase, pick],
  },
  setting(
    "merge.tool and diff.tool",
    ({ run }) =>
      `[merge]\n\ttool = evil\n[mergetool "evil"]\n\tcmd = ${run}\n[diff]\n\ttool = evil\n[difftool "evil"]\n\tcmd = ${run}\n[difftool]\n\tprompt = false`,
    ["difftool"],
    [diff, show, clash, abort],
  ),
  setting(
    "init.templateDir with hooks",
    ({ gitDir }) => `[init]\n\ttemplateDir = ${gitDir}`,
    "git goes by it for new repositories only, and none of our tools makes one",
    [worktree, fetching],
  ),
  setting(
    "branch.*.mergeOptions",
    ({ run }) => `[branch "main"]\n\tmergeOptions = --gpg-sign=x\n[gpg]\n\tprogram = ${run}`,
    ["merge", "--no-ff", "feature"],
    [merge, never],
  ),
  setting(
    "diff.trustExitCode and difftool by GIT_EXTERNAL_DIFF's setting",
    ({ run }) => `[diff]\n\texternal = ${run}\n\ttrustExitCode = true`,
    ["show", "--ext-diff"],
    reads,
  ),
  setting(
    "push.gpgSign",
    ({ run }) => `[push]\n\tgpgSign = if-asked\n[gpg]\n\tprogram = ${run}\n[user]\n\tsigningKey = x`,
    async (twin) => {
      await twin.remote.git("config", "receive.certNonceSeed", "x");
      return twin.plain(["push", "origin", "main:x"]);
    },
    [pushing],
  ),
];

describe("a setting of the repository", () => {
  test.concurrent.each(SETTINGS)("runs nothing and leads nowhere: $name", async (row) => {
    expect(await attack(ground, row)).toEqual([]);
  });

  test("runs nothing together with all others, whatever is done", { timeout: 120_000 }, async () => {
    const target = await ground.target();
    for (const { plant, name } of SETTINGS)
      if (!/submodule|gpg|Signatures|promisor|outside|alternate|gc\.auto/u.test(name)) await plant(target);
    await target.own("info/attributes", "* filter=evil diff=evil merge=evil\n");
    for (const name of HOOKS) await target.hook(name);
    const swept = await ground.sweep(target);
    expect(ground.harm(target)).toEqual([]);
    const reading = swept.filter(({ name }) => /status|diff|log|show|blame|changelog/u.test(name));
    expect(reading.filter(({ error }) => error !== undefined)).toEqual([]);
  });
});
