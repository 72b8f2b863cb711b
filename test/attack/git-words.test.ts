import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { trusting } from "../git/trusting.ts";
import { findRepositoryFacts } from "../../shared/policy/repository-facts.ts";
import { Trust } from "../../shared/policy/trust.ts";
import { hostileGround, type HostileGround, type Target } from "../support/hostile.ts";
import { commit, reads, stage, type Call } from "../support/hostile-rows.ts";
import { servedGit } from "../support/repository.ts";

// What a caller may write into arguments, what files of secrets hold, and what one server could prepare for another.

let ground: HostileGround;
beforeAll(async () => {
  ground = await hostileGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const NO = { kind: "no", how: "decline" } as const;

/** Texts that are options, patterns, expressions or commands to somebody. */
const TEXTS = (out: string, run: string): readonly string[] => [
  `--output=${out}`,
  `--upload-pack=${run}`,
  `--exec=${run}`,
  "-h",
  "--help",
  "--",
  `-O${out}`,
  `--open-files-in-pager=${run}`,
  "--no-index",
  "--pathspec-from-file=/etc/passwd",
  `--ext-diff`,
  "HEAD\n--output=x",
  "HEAD\0--output=x",
  "\u001b[31mHEAD",
  ":(exclude)a.txt",
  ":/",
  ":!a.txt",
  ":^a.txt",
  ":0:a.txt",
  "HEAD:../../outside/secret.txt",
  "HEAD:/etc/passwd",
  "@{",
  "@{-1}",
  "@{/x}",
  "HEAD@{upstream}^{/x}",
  "HEAD^{/(a+)+$}",
  ":/fix",
  `$(${run})`,
  `\`${run}\``,
  `; ${run}`,
  `| ${run}`,
  `ext::${run}`,
  "file:///etc",
  "/etc/passwd",
  "../../../outside/secret.txt",
  "../../../outside/other",
  ".git/config",
  ".git/../.git/HEAD",
  "%x00%n%(trailers:key=x)",
  "%(if)%(objectname)%(then)x%(end)",
  "(a+)+$",
  "approxidate".repeat(50),
  "{{/etc/passwd}}",
  "a".repeat(1_000_000),
  "../".repeat(10_000),
  "\u202e\u2066x",
  "",
];

/** Every field of every tool that takes a text. */
const FIELDS: readonly (readonly [tool: string, field: string, rest?: Readonly<Record<string, unknown>>])[] =
  [
    ["git_status", "paths"],
    ["git_diff", "from"],
    ["git_diff", "to", { from: "v1" }],
    ["git_diff", "paths"],
    ["git_diff", "files"],
    ["git_log", "range"],
    ["git_log", "paths"],
    ["git_log", "author"],
    ["git_log", "since"],
    ["git_log", "until"],
    ["git_log", "grep"],
    ["git_log", "pickaxe"],
    ["git_log", "cursor"],
    ["git_show", "ref"],
    ["git_show", "path"],
    ["git_blame", "path"],
    ["git_blame", "ref", { path: "a.txt" }],
    ["git_blame", "ignoreRevs", { path: "a.txt" }],
    ["git_branches", "name", { action: "create" }],
    ["git_branches", "ref", { action: "create", name: "n" }],
    ["git_branches", "message", { action: "create", kind: "tag", name: "n" }],
    ["git_branches", "name", { action: "delete", force: true }],
    ["git_changelog", "from"],
    ["git_changelog", "to"],
    ["git_stage", "paths"],
    ["git_commit", "message", { allowEmpty: true }],
    ["git_switch", "ref"],
    ["git_switch", "create"],
    ["git_merge", "refs", { action: "merge" }],
    ["git_merge", "refs", { action: "rebase" }],
    ["git_merge", "refs", { action: "cherry-pick" }],
    ["git_merge", "message", { action: "merge", refs: ["feature"], ff: "never" }],
    ["git_restore", "paths"],
    ["git_restore", "ref", { paths: ["a.txt"] }],
    ["git_stash", "message", { action: "push" }],
    ["git_stash", "paths", { action: "push" }],
    ["git_stash", "paths", { action: "show" }],
    ["git_worktree", "path", { action: "add" }],
    ["git_worktree", "ref", { action: "add", path: "w" }],
    ["git_worktree", "create", { action: "add", path: "w" }],
    ["git_worktree", "path", { action: "remove" }],
    ["git_fetch", "remote"],
    ["git_fetch", "refs"],
    ["git_push", "remote"],
    ["git_push", "ref"],
    ["git_push", "to", { ref: "main" }],
  ];
const LISTS = new Set(["paths", "refs", "files", "ignoreRevs"]);

describe("the text of a caller", () => {
  test.concurrent.each(FIELDS.map(([tool, field, rest = {}]) => ({ tool, field, rest })))(
    "is no option, no command and no other place: $tool $field",
    { timeout: 120_000 },
    async ({ tool, field, rest }) => {
      const target = await ground.target();
      const out = join(target.outside, "made");
      for (const text of TEXTS(out, target.run)) {
        const value = field === "files" ? [text, "a.txt"] : LISTS.has(field) ? [text] : text;
        await ground.call(target, tool, { ...rest, [field]: value });
      }
      const strange = (await readdir(target.repo.root)).filter(
        (name) => name.includes("output") || name === "x",
      );
      // a folder may have any name
      if (field !== "path") expect(strange).toEqual([]);
      expect(ground.harm(target)).toEqual([]);
    },
  );

  test("is no other repository by repo", async () => {
    const target = await ground.target();
    for (const repo of [
      ground.outside,
      `${ground.outside}/other`,
      "../outside/other",
      "/",
      "~",
      "..",
      target.run,
      "-C/etc",
    ])
      for (const tool of ["git_status", "git_log", "git_diff", "git_fetch"]) {
        const { error } = await ground.call(target, tool, { repo });
        if (repo !== target.run) expect(error, `${tool} ${repo}`).toBeDefined();
      }
    expect(ground.harm(target)).toEqual([]);
  });

  test.each(["--output=x", "--format=x", "-h", "$(touch x)", "`x`", "a\u001b[2J", "--upload-pack=x"])(
    "does not lie in a reference on disk: %j",
    async (name) => {
      const target = await ground.target();
      const hash = await target.repo.git("rev-parse", "main");
      await target.own(`refs/heads/${name}`, `${hash}\n`);
      await target.own(`refs/tags/${name}`, `${hash}\n`);
      await target.own(`refs/remotes/origin/${name}`, `${hash}\n`);
      await target.own(
        "packed-refs",
        `# pack-refs with: peeled fully-peeled sorted \n${hash} refs/heads/${name}2\n${hash} refs/remotes/${name}/x\n`,
      );
      await target.config(
        `[remote "${name}"]\n\turl = ../remote.git\n[branch "main"]\n\tremote = "${name}"\n\tmerge = "${name}"`,
      );
      await target.own("HEAD", `ref: refs/heads/${name}\n`);
      for (const [tool, input] of [
        ...reads,
        stage,
        commit,
        ["git_changelog", {}],
        ["git_branches", { action: "list" }],
      ] as readonly Call[])
        await ground.call(target, tool, input);
      for (const ref of [name, `heads/${name}`, `refs/heads/${name}`, `${name}2`, `origin/${name}`])
        for (const call of [
          ["git_show", { ref }],
          ["git_log", { range: ref }],
          ["git_diff", { from: ref }],
          ["git_merge", { action: "merge", refs: [ref] }],
          ["git_branches", { action: "delete", name: ref, force: true }],
          ["git_fetch", { remote: name, refs: [ref] }],
          ["git_push", { ref, remote: name }],
          ["git_switch", { ref }],
        ] as const) {
          const { text } = await ground.call(target, call[0], call[1]);
          expect(text).not.toContain("\u001b");
        }
      expect(existsSync(join(target.repo.root, "x"))).toBe(false);
      expect(ground.harm(target)).toEqual([]);
    },
  );
});

describe("a file of secrets", () => {
  /** Committed, changed, renamed, in conflict and in a stash. */
  async function leaking(): Promise<Target> {
    const target = await ground.target();
    const { repo } = target;
    await repo.git("stash", "--all");
    await repo.git("switch", "--quiet", "--create", "leak", "main");
    const lines = Array.from({ length: 9 }, (_, line) => `K${line}=TOPSECRET${line}`).join("\n");
    await repo.commit("a key", {
      ".env": `${lines}\n`,
      id_rsa: "TOPSECRET\n",
      "sub/.env.local": "TOPSECRET\n",
    });
    await repo.git("tag", "leaked");
    await repo.commit("changed", { ".env": `${lines}\nX=TOPSECRET\n` });
    await repo.git("switch", "--quiet", "--create", "other", "leaked");
    await repo.commit("another", { ".env": `Y=TOPSECRET\n${lines.replace("K8", "K9")}\n` });
    await repo.git("switch", "--quiet", "leak");
    await repo.write({ ".env": "Z=TOPSECRET\n" });
    return target;
  }

  test("is shown by no tool at any revision", { timeout: 60_000 }, async () => {
    const target = await leaking();
    const { repo } = target;
    for (const [tool, input] of [
      ...reads,
      ["git_diff", { words: true }],
      ["git_diff", { paths: [".env"] }],
      ["git_diff", { from: "main", to: "leak" }],
      ["git_diff", { from: "main", to: "leak", paths: [".env", "sub"] }],
      ["git_diff", { files: [".env", "a.txt"] }],
      ["git_diff", { files: ["a.txt", ".env"] }],
      ["git_show", { ref: "leaked" }],
      ["git_show", { ref: "leaked", path: ".env" }],
      ["git_show", { ref: "leaked", path: "sub/.env.local" }],
      ["git_show", { ref: "leaked", path: "sub" }],
      ["git_show", { ref: await repo.git("rev-parse", "leaked:.env") }],
      ["git_blame", { path: ".env" }],
      ["git_blame", { path: ".env", ref: "leaked" }],
      ["git_log", { pickaxe: "K1=", paths: [".env"], follow: true }],
      ["git_stash", { action: "push" }],
      ["git_stash", { action: "show" }],
      ["git_stash", { action: "show", paths: [".env"] }],
      ["git_merge", { action: "merge", refs: ["other"] }],
      ["git_merge", { action: "conflicts" }],
      ["git_diff", {}],
      ["git_status", {}],
      ["git_merge", { action: "abort" }],
      ["git_merge", { action: "cherry-pick", refs: ["other"] }],
      ["git_merge", { action: "conflicts" }],
      ["git_merge", { action: "abort" }],
      ["git_restore", { paths: [".env"], ref: "leaked" }],
      ["git_changelog", { from: "main" }],
    ] as readonly Call[])
      await ground.call(target, tool, input);
    for (const path of [".env", "id_rsa", "sub/.env.local"]) await ground.resource(target, "leaked", path);
    expect(ground.harm(target)).toEqual([]);
  });

  test("is not shown by a rename, a copy, a link or another spelling", { timeout: 60_000 }, async () => {
    const target = await leaking();
    const { repo } = target;
    await repo.git("checkout", "--quiet", "-f", "leak");
    await repo.git("mv", ".env", "config.txt");
    await repo.write({
      "config.txt": `${(await repo.git("show", "leaked:.env")).replaceAll("TOPSECRET", "TOPSECRET")}\nnew=1\n`,
    });
    await repo.git("add", "config.txt");
    await repo.git("commit", "--quiet", "-m", "renamed");
    // the new name is no secret by its name; the old side of the same lines is
    await repo.write({ "config.txt": "nothing\n" });
    await repo.commit("emptied");
    await repo.git("mv", "id_rsa", "plain.txt");
    await repo.commit("moved");
    await repo.git("mv", "plain.txt", "id_rsa");
    await repo.commit("moved back");
    for (const [tool, input] of [
      ["git_diff", { from: "leaked", to: "leak" }],
      ["git_diff", { from: "HEAD~1", to: "HEAD" }],
      ["git_diff", { from: "HEAD", to: "HEAD~1" }],
      ["git_show", { ref: "HEAD~1" }],
      ["git_show", { ref: "HEAD" }],
      ["git_log", { paths: ["id_rsa"], follow: true }],
      ["git_show", { ref: "leaked", path: "./.env" }],
      ["git_show", { ref: "leaked", path: "sub/../.env" }],
      ["git_show", { ref: "leaked", path: ".ENV" }],
      ["git_blame", { path: "id_rsa" }],
    ] as readonly Call[])
      await ground.call(target, tool, input);
    expect(ground.harm(target)).toEqual([]);
  });
});

describe("a protected file", () => {
  const FILES = [".mcp.json", ".claude/settings.json", ".env", ".npmrc", "sub/.plumbline/hooks.json"];

  test.each([
    ["git_switch", { ref: "brings" }],
    ["git_merge", { action: "merge", refs: ["brings"] }],
    ["git_merge", { action: "merge", refs: ["brings"], squash: true }],
    ["git_merge", { action: "cherry-pick", refs: ["brings"] }],
    ["git_merge", { action: "rebase", refs: ["brings"] }],
    ["git_merge", { action: "revert", refs: ["takes"] }],
    ["git_stash", { action: "pop" }],
    ["git_stash", { action: "apply" }],
    ["git_restore", { paths: ["."], ref: "brings" }],
    ["git_worktree", { action: "add", path: "w", ref: "brings" }],
  ] as const)("is not changed unasked by %s %j", async (tool, input) => {
    const target = await ground.target();
    const { repo } = target;
    await repo.git("stash", "--all");
    await repo.git("switch", "--quiet", "--create", "brings", "main");
    await repo.commit("brings", Object.fromEntries(FILES.map((path) => [path, "{}\n"])));
    await repo.git("switch", "--quiet", "--create", "takes");
    await repo.commit("takes", Object.fromEntries(FILES.map((path) => [path, undefined])));
    if (tool === "git_merge" && input.action === "revert") await repo.git("branch", "-f", "here", "takes");
    else await repo.git("branch", "-f", "here", "main");
    await repo.git("switch", "--quiet", "here");
    if (tool === "git_stash") {
      await repo.write(Object.fromEntries(FILES.map((path) => [path, "{}\n"])));
      await repo.git("stash", "push", "--quiet", "--include-untracked");
    }
    const { asked, text } = await ground.call(target, tool, input, NO);
    const there = [...FILES, ...FILES.map((path) => join("w", path))].filter((path) =>
      existsSync(join(repo.root, path)),
    );
    expect(there, text).toEqual([]);
    expect(`${asked?.message ?? ""} ${text}`).toContain(".mcp.json");
  });
});

describe("one server does not prepare what another runs", () => {
  test("configuration, hooks and attributes are not written by file tools", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const run = join(git.repo.root, "run.sh");
    const ran = join(git.repo.root, "ran");
    await git.repo.write({ "run.sh": `#!/bin/sh\ntouch '${ran}'\n` });
    await chmod(run, 0o755);
    const yes = { kind: "yes", lifetime: "once" } as const;
    for (const [path, text] of [
      [".git/config", `[core]\n\tfsmonitor = ${run}\n`],
      [".git/hooks/pre-commit", `#!/bin/sh\n${run}\n`],
      [".git/info/attributes", "* filter=evil\n"],
      [".git/HEAD", "ref: refs/heads/x\n"],
      [".git/rebase-merge/git-rebase-todo", `exec ${run}\n`],
      [".git/objects/info/alternates", "/etc\n"],
      [".GIT/config", "x"],
      ["git~1/config", "x"],
    ] as const) {
      const { error } = await git.call("write_file", { path, content: text }, yes);
      expect(error, path).toBe("denied");
    }
    await git.call(
      "write_file",
      { path: ".gitattributes", content: "* filter=evil diff=evil merge=evil\n" },
      yes,
    );
    await git.call("write_file", { path: ".gitconfig", content: `[core]\n\tfsmonitor = ${run}\n` }, yes);
    await git.call("write_file", { path: "HEAD", content: "ref: refs/heads/main\n" }, yes);
    for (const [tool, input] of [
      ...reads,
      ["git_stage", { paths: ["."] }],
      ["git_commit", { message: "m" }],
    ] as readonly Call[])
      await git.call(tool, input, yes);
    expect(existsSync(ran)).toBe(false);
  });

  test(
    "a trusted repository is not trusted any more at the very next call after a change",
    { timeout: 60_000 },
    async () => {
      const changes: readonly (readonly [string, (run: string) => Record<string, string>])[] = [
        [
          "a setting",
          (run) => ({
            ".git/config": `[core]\n\trepositoryformatversion = 0\n\tfsmonitor = ${run}\n\thooksPath = hooks\n[include]\n\tpath = ../more\n`,
          }),
        ],
        ["a hook of the work tree", (run) => ({ "hooks/pre-commit": `#!/bin/sh\n${run}\n` })],
        ["a script that a hook starts", (run) => ({ "hooks/step.sh": `#!/bin/sh\n${run}\n` })],
        ["a file that is included", (run) => ({ more: `[core]\n\tfsmonitor = ${run}\n` })],
        ["a new hook", (run) => ({ "hooks/post-index-change": `#!/bin/sh\n${run}\n` })],
        ["info/attributes", () => ({ ".git/info/attributes": "* filter=evil\n" })],
      ];
      for (const [name, files] of changes) {
        await using git = await servedGit({
          "a.txt": "one\n",
          "hooks/pre-commit": "#!/bin/sh\n. hooks/step.sh\n",
          "hooks/step.sh": "#!/bin/sh\ntouch .git/trusted-ran\n",
          more: "[user]\n\tname = x\n",
        });
        const { repo } = git;
        const run = join(repo.root, ".git/run");
        await repo.write({
          ".git/run": `#!/bin/sh\ntouch '${join(repo.root, "../ran")}'\n`,
          ".git/info/x": "",
        });
        await chmod(run, 0o755);
        await chmod(join(repo.root, "hooks/pre-commit"), 0o755);
        await repo.git("config", "core.hooksPath", "hooks");
        await repo.git("config", "include.path", "../more");
        await repo.git("config", "filter.evil.clean", run);
        await trusting(repo);
        await git.call("git_commit", { message: "m", allowEmpty: true });
        expect(existsSync(join(repo.root, ".git/trusted-ran")), name).toBe(true);
        await repo.write(files(run));
        if (name === "a new hook") await chmod(join(repo.root, "hooks/post-index-change"), 0o755);
        await git.call("git_status", {});
        await git.call("git_stage", { paths: ["."] });
        await git.call("git_commit", { message: "m", allowEmpty: true });
        expect(existsSync(join(repo.root, "../ran")), name).toBe(false);
      }
    },
  );

  test("trust in one repository is none in another that points to it", async () => {
    const trusted = await ground.target();
    await trusted.hook("pre-commit");
    const facts = findRepositoryFacts(trusted.repo.root);
    if (facts === undefined) throw new Error("no repository");
    await Trust.open(join(ground.base, "home/state")).grant("repository", facts.subjects[0], facts.hash);
    const place = dirname(trusted.repo.root);
    for (const [name, text] of [
      ["file", "gitdir: ../repo/.git\n"],
      ["tree", "gitdir: gitdir\n"],
    ] as const) {
      const other = trusted.repo.at(`../${name}`);
      await mkdir(other.root);
      await other.write({ ".git": text, "a.txt": "mine\n" });
      if (name === "tree")
        await other.write({
          "gitdir/HEAD": "ref: refs/heads/main\n",
          "gitdir/commondir": "../../repo/.git\n",
          "gitdir/gitdir": "../.git\n",
        });
      const repo = join(relative(ground.root, place), name);
      for (const [tool, input] of [
        ["git_status", {}],
        ["git_commit", { message: "m", allowEmpty: true, all: true }],
      ] as const)
        await ground.at.call(tool, { ...input, repo }, { kind: "yes", lifetime: "once" });
      expect(trusted.ran(), name).toBe(false);
    }
    await symlink("repo/.git", join(place, "linked"));
    await ground.call(trusted, commit[0], commit[1]);
    expect(trusted.ran()).toBe(true);
  });
});
