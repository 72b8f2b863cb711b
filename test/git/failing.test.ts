import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import gitServer from "../../servers/git/server.ts";
import { findRepositoryFacts } from "../../shared/policy/repository-facts.ts";
import { Trust } from "../../shared/policy/trust.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { repositoryState } from "../support/repository-state.ts";
import { repository, type Files, type Repository } from "../support/repository.ts";
import { temporary } from "../support/workspace.ts";

/** A repository `here` below the root, and `other`, whose paths are none of its own. */
interface Place extends AsyncDisposable {
  readonly repo: Repository;
  readonly called: Called;
  /** What the person's own configuration holds. */
  person(config: string): Promise<void>;
  trust(): Promise<void>;
  hook(name: string, body: string): Promise<void>;
}

const WHO = "[user]\n\tname = P\n\temail = p@example.com\n";

async function place(bare = false): Promise<Place> {
  const ground = await temporary();
  const base = dirname(ground.root);
  const state = join(base, "state");
  await mkdir(join(state, "home"), { recursive: true });
  const person = (config: string): Promise<void> => writeFile(join(state, "home/.gitconfig"), config);
  await person(WHO);
  const repo = await repository(ground, { folder: "here", bare });
  const other = await repository(ground, { folder: "other" });
  await other.commit("other", { "o.txt": "other\n" });
  const called = await callable(gitServer, { roots: [ground.root], state });
  ground.scope.defer(() => called[Symbol.asyncDispose]());
  return {
    repo,
    called,
    person,
    async trust() {
      const facts = findRepositoryFacts(repo.root);
      if (facts === undefined) throw new Error("nothing to trust");
      await Trust.open(state).grant("repository", facts.subjects[0], facts.hash);
    },
    async hook(name, body) {
      await repo.write({ [`.git/hooks/${name}`]: `#!/bin/sh\n${body}\n` });
      await chmod(join(repo.root, ".git/hooks", name), 0o755);
    },
    [Symbol.asyncDispose]: () => ground.scope.close(),
  };
}

/** A call that must fail, its code, and what its text must hold. */
type Row = readonly [tool: string, input: Record<string, unknown>, code: string, says: RegExp];

interface Situation {
  readonly name: string;
  readonly bare?: boolean;
  readonly make: (at: Place) => Promise<unknown>;
  readonly rows: readonly Row[];
}

const BASE: Files = { "a.txt": "one\ntwo\nthree\n", "b.txt": "b\n", "dir/c.txt": "c\n" };

/** `main` and `feature` with a commit each beyond the first; `a.txt` conflicts when asked to. On `main`. */
async function sides(
  { repo }: Place,
  { ours = { "ours.txt": "o\n" }, theirs = { "theirs.txt": "t\n" } }: { ours?: Files; theirs?: Files } = {},
): Promise<void> {
  await repo.commit("first", BASE);
  await repo.branch("feature", theirs);
  await repo.git("switch", "--quiet", "main");
  await repo.commit("ours", ours);
  await repo.git("tag", "v1");
}

const CLASH = { ours: { "a.txt": "ours\n" }, theirs: { "a.txt": "theirs\n" } };

/** Leaves git in the middle of something. */
async function stopAt({ repo }: Place, ...args: string[]): Promise<void> {
  await expect(repo.git(...args)).rejects.toThrow(/CONFLICT/u);
}

const begin = (
  refs: readonly string[],
  code: string,
  says: RegExp,
  actions = ["merge", "rebase", "cherry-pick", "revert"],
): Row[] => actions.map((action): Row => ["git_merge", { action, refs }, code, says]);

/** While something is under way and files are in conflict. */
function busy(what: string, more: readonly Row[] = []): Row[] {
  const not = new RegExp(`a ${what} is not finished`, "u");
  return [
    ["git_switch", { ref: "feature" }, "conflict", not],
    ["git_switch", { create: "fresh" }, "conflict", not],
    ["git_switch", { ref: "HEAD~1", detach: true }, "conflict", not],
    ...begin(["feature"], "conflict", not),
    ["git_merge", { action: "continue" }, "conflict", /still in conflict: here\/a\.txt/u],
    ["git_commit", { message: "m" }, "conflict", /conflict.*a\.txt/u],
    ["git_commit", { message: "m", all: true }, "conflict", /a\.txt/u],
    ["git_commit", { message: "m", amend: true }, "conflict", /under way|conflict/u],
    ["git_stash", { action: "push" }, "conflict", /a\.txt/u],
    ["git_stash", { action: "pop" }, "not_found", /there is no stash/u],
    ["git_stage", { paths: ["here/a.txt"], unstage: true }, "conflict", /a\.txt/u],
    ["git_stage", { paths: ["here/a.txt"] }, "conflict", /a\.txt/u],
    ["git_stage", { hunks: [{ path: "here/a.txt", startLine: 1, endLine: 3 }] }, "conflict", /a\.txt/u],
    ["git_restore", { paths: ["here/a.txt"] }, "conflict", /a\.txt/u],
    ["git_restore", { paths: ["here/a.txt"], staged: true }, "conflict", /a\.txt/u],
    [
      "git_branches",
      { action: "delete", name: "main", force: true },
      "conflict",
      /checked out|being rebased/u,
    ],
    ...more,
  ];
}

const HELD = /another git process is at work/u;
const ABSENT = /there is no revision/u;
const NEAR = /Did you mean feature\?/u;
const OUTSIDE = /outside/u;

const SITUATIONS: readonly Situation[] = [
  {
    name: "names and paths that are wrong",
    make: (at) => sides(at),
    rows: [
      ...["/etc/passwd", "../outside/secret.txt", "here/../../outside/secret.txt"].flatMap((path): Row[] => [
        ["git_stage", { paths: [path] }, "denied", OUTSIDE],
        ["git_stage", { hunks: [{ path, startLine: 1, endLine: 1 }] }, "denied", OUTSIDE],
        ["git_restore", { paths: [path] }, "denied", OUTSIDE],
        ["git_stash", { action: "push", paths: [path] }, "denied", OUTSIDE],
        ["git_worktree", { action: "add", path }, "denied", OUTSIDE],
        ["git_worktree", { action: "remove", path }, "denied", OUTSIDE],
        ["git_commit", { repo: path, message: "m" }, "denied", OUTSIDE],
        ["git_switch", { repo: path, ref: "feature" }, "denied", OUTSIDE],
        ["git_merge", { repo: path, action: "merge", refs: ["feature"] }, "denied", OUTSIDE],
        ["git_branches", { repo: path, action: "create", name: "x" }, "denied", OUTSIDE],
        ["git_fetch", { repo: path }, "denied", OUTSIDE],
        ["git_push", { repo: path }, "denied", OUTSIDE],
      ]),
      ["git_stage", { paths: ["other/o.txt"] }, "denied", OUTSIDE],
      ["git_stage", { paths: ["here/a.txt", "other/o.txt"] }, "denied", OUTSIDE],
      ["git_stage", { hunks: [{ path: "other/o.txt", startLine: 1, endLine: 1 }] }, "denied", OUTSIDE],
      ["git_restore", { paths: ["here/a.txt", "other/o.txt"] }, "denied", OUTSIDE],
      ["git_stash", { action: "push", paths: ["here/a.txt", "other/o.txt"] }, "denied", OUTSIDE],
      ["git_stage", { paths: ["here/.git/config"] }, "denied", /git's own folder/u],
      ["git_restore", { paths: ["here/.git/config"] }, "denied", /git's own folder/u],
      ["git_worktree", { action: "add", path: "here/.git/tree" }, "denied", /git's own folder/u],
      ["git_stage", { paths: ["here/nothing.txt"] }, "not_found", /nothing\.txt/u],
      ["git_stage", { paths: ["here/a.txt", "here/nothing.txt"] }, "not_found", /nothing\.txt/u],
      ["git_stage", { paths: ["here/nothing.txt"], unstage: true }, "not_found", /nothing\.txt/u],
      ["git_stage", {}, "invalid_input", /paths or hunks/u],
      ["git_stage", { hunks: [{ path: "here/a.txt", startLine: 3, endLine: 1 }] }, "invalid_input", /line/iu],
      ["git_stage", { hunks: [{ path: "here/a.txt", startLine: 1, endLine: 1 }] }, "not_found", /a\.txt/u],
      ["git_restore", { paths: ["here/nothing.txt"] }, "not_found", /nothing\.txt/u],
      ["git_restore", { paths: ["here/a.txt"], ref: "nope" }, "not_found", ABSENT],
      ["git_restore", { paths: ["here/a.txt"], ref: "featur" }, "not_found", NEAR],
      ["git_restore", { paths: ["here/theirs.txt"] }, "not_found", /theirs\.txt/u],
      ["git_commit", { message: "m" }, "conflict", /nothing is staged/u],
      ["git_commit", {}, "invalid_input", /needs a message/u],
      ["git_switch", {}, "invalid_input", /where to/u],
      ["git_switch", { ref: "nope" }, "not_found", ABSENT],
      ["git_switch", { ref: "featur" }, "not_found", NEAR],
      ["git_switch", { ref: "v1" }, "invalid_input", /detach/u],
      ["git_switch", { ref: "--orphan" }, "invalid_input", /not a revision/u],
      ["git_switch", { create: "feature" }, "conflict", /there is a branch feature already/u],
      ["git_switch", { create: "feature/x" }, "conflict", /in the way of that name/u],
      ["git_switch", { create: "a..b" }, "invalid_input", /cannot be the name/u],
      ["git_switch", { create: "-x" }, "invalid_input", /cannot be the name/u],
      ["git_switch", { create: "x", detach: true }, "invalid_input", /do not go together/u],
      ["git_switch", { create: "x", ref: "nope" }, "not_found", ABSENT],
      ...begin(["nope"], "not_found", ABSENT),
      ...begin(["featur"], "not_found", NEAR),
      ...begin(["--abort"], "invalid_input", /not a revision/u),
      ...["merge", "rebase", "cherry-pick", "revert"].map((action): Row => [
        "git_merge",
        { action },
        "invalid_input",
        /refs/u,
      ]),
      ["git_merge", { action: "rebase", refs: ["feature", "main"] }, "invalid_input", /one/u],
      ["git_merge", { action: "continue" }, "conflict", /nothing is under way/u],
      ["git_merge", { action: "abort" }, "conflict", /nothing is under way/u],
      ["git_merge", { action: "merge", refs: ["feature"], ff: "only" }, "conflict", /fast-forward/u],
      ["git_stash", { action: "push" }, "not_found", /nothing to put aside/u],
      ["git_stash", { action: "push", paths: ["here/nothing.txt"] }, "not_found", /nothing to put aside/u],
      ...["pop", "apply", "drop", "show"].map((action): Row => [
        "git_stash",
        { action },
        "not_found",
        /there is no stash/u,
      ]),
      ["git_worktree", { action: "add" }, "invalid_input", /needs path/u],
      ["git_worktree", { action: "add", path: "here/dir" }, "conflict", /already/u],
      ["git_worktree", { action: "add", path: "here/a.txt" }, "conflict", /already/u],
      ["git_worktree", { action: "add", path: "wt", ref: "nope" }, "not_found", ABSENT],
      ["git_worktree", { action: "add", path: "wt", ref: "featur" }, "not_found", NEAR],
      ["git_worktree", { action: "add", path: "wt", ref: "main" }, "conflict", /checked out/u],
      ["git_worktree", { action: "add", path: "wt", create: "feature" }, "conflict", /already/u],
      ["git_worktree", { action: "remove", path: "here" }, "conflict", /is the main work tree/u],
      ["git_worktree", { action: "remove", path: "here/dir" }, "not_found", /dir/u],
      ["git_worktree", { action: "remove", path: "here/nope" }, "not_found", /nope/u],
      ["git_branches", { action: "create" }, "invalid_input", /name is missing/u],
      ["git_branches", { action: "create", name: "feature" }, "conflict", /already/u],
      ["git_branches", { action: "create", name: "feature/x" }, "conflict", /cannot both be/u],
      ["git_branches", { action: "create", name: "a b" }, "invalid_input", /cannot be the name/u],
      ["git_branches", { action: "create", name: "x", ref: "nope" }, "not_found", ABSENT],
      ["git_branches", { action: "create", name: "x", ref: "featur" }, "not_found", NEAR],
      [
        "git_branches",
        { action: "create", name: "x", ref: "HEAD:a.txt" },
        "invalid_input",
        /not a revision/u,
      ],
      ["git_branches", { action: "create", name: "x", ref: "HEAD^{tree}" }, "invalid_input", /no commit/u],
      ["git_branches", { action: "create", kind: "tag", name: "v1" }, "conflict", /already/u],
      ["git_branches", { action: "create", kind: "remote", name: "x" }, "invalid_input", /git_fetch/u],
      ["git_branches", { action: "delete", name: "featur" }, "not_found", NEAR],
      ["git_branches", { action: "delete", name: "feature" }, "conflict", /commits that are nowhere else/u],
      ["git_branches", { action: "delete", name: "main", force: true }, "conflict", /checked out/u],
      ["git_branches", { action: "delete", kind: "tag", name: "v2" }, "not_found", /there is no tag v2/u],
      ["git_fetch", {}, "not_found", /no remote origin/u],
      ["git_fetch", { remote: "--upload-pack=x" }, "not_found", /no remote/u],
      ["git_push", {}, "not_found", /no remote origin/u],
      ["git_push", { force: true }, "denied", /not allowed here/u],
    ],
  },
  {
    name: "changes in the way",
    async make(at) {
      const { repo } = at;
      await sides(at, { theirs: { "a.txt": "theirs\n" }, ours: { "b.txt": "ours\n" } });
      await repo.write({ "a.txt": "stashed\n" });
      await repo.git("stash", "push", "--quiet");
      await repo.git("worktree", "add", "--quiet", "../tree", "-b", "tree");
      await writeFile(join(repo.root, "../tree/a.txt"), "dirty\n");
      await repo.write({ "a.txt": "mine\n" });
    },
    rows: [
      ["git_switch", { ref: "feature" }, "conflict", /in the way: here\/a\.txt/u],
      ["git_switch", { create: "x", ref: "feature" }, "conflict", /in the way: here\/a\.txt/u],
      ["git_switch", { ref: "feature", detach: true }, "conflict", /in the way: here\/a\.txt/u],
      ...begin(["feature"], "conflict", /a\.txt/u, ["merge", "rebase", "cherry-pick"]),
      ["git_merge", { action: "merge", refs: ["feature"], squash: true }, "conflict", /a\.txt/u],
      ["git_merge", { action: "merge", refs: ["feature"], commit: false }, "conflict", /a\.txt/u],
      ["git_stash", { action: "pop" }, "conflict", /a\.txt/u],
      ["git_stash", { action: "apply" }, "conflict", /a\.txt/u],
      ["git_worktree", { action: "remove", path: "tree" }, "conflict", /a\.txt/u],
      ["git_branches", { action: "delete", name: "tree", force: true }, "conflict", /checked out/u],
      ["git_branches", { action: "create", name: "tree", force: true }, "conflict", /checked out/u],
    ],
  },
  {
    name: "staged changes in the way",
    async make(at) {
      await sides(at, { theirs: { "a.txt": "theirs\n" }, ours: { "b.txt": "ours\n" } });
      await at.repo.write({ "a.txt": "staged\n", "dir/c.txt": "also\n" });
      await at.repo.git("add", "--all");
    },
    rows: [
      ["git_switch", { ref: "feature" }, "conflict", /a\.txt/u],
      ...begin(["feature"], "conflict", /here\/a\.txt/u),
      ["git_merge", { action: "revert", refs: ["main"] }, "conflict", /here\/a\.txt/u],
      ["git_merge", { action: "merge", refs: ["feature"], squash: true }, "conflict", /a\.txt/u],
      ["git_merge", { action: "merge", refs: ["feature"], commit: false }, "conflict", /a\.txt/u],
      ["git_merge", { action: "cherry-pick", refs: ["feature"], commit: false }, "conflict", /a\.txt/u],
      ["git_merge", { action: "revert", refs: ["feature"], commit: false }, "conflict", /a\.txt/u],
    ],
  },
  {
    name: "untracked files in the way",
    async make(at) {
      const { repo } = at;
      await sides(at);
      await repo.write({ "loose.txt": "stashed\n", "a.txt": "stashed too\n" });
      await repo.git("stash", "push", "--quiet", "--include-untracked");
      await repo.write({ "theirs.txt": "mine\n", "loose.txt": "mine\n", "full/x": "x\n" });
    },
    rows: [
      ["git_switch", { ref: "feature" }, "conflict", /not track.* in the way: here\/theirs\.txt/u],
      ["git_switch", { create: "x", ref: "feature" }, "conflict", /in the way: here\/theirs\.txt/u],
      ...begin(["feature"], "conflict", /theirs\.txt/u, ["merge", "rebase", "cherry-pick"]),
      ["git_stash", { action: "pop" }, "conflict", /loose\.txt/u],
      ["git_stash", { action: "apply" }, "conflict", /loose\.txt/u],
      ["git_worktree", { action: "add", path: "here/full" }, "conflict", /already/u],
    ],
  },
  {
    name: "an untracked folder where a file comes, and a file where a folder comes",
    async make(at) {
      await sides(at, { theirs: { thing: "file\n", "sub/deep.txt": "x\n" } });
      await at.repo.write({ "thing/mine.txt": "mine\n", sub: "mine\n" });
    },
    rows: [
      ["git_switch", { ref: "feature" }, "conflict", /thing|sub/u],
      ...begin(["feature"], "conflict", /thing|sub/u, ["merge", "rebase", "cherry-pick"]),
    ],
  },
  {
    name: "a merge with conflicts under way",
    async make(at) {
      await sides(at, CLASH);
      await stopAt(at, "merge", "feature");
    },
    rows: busy("merge"),
  },
  {
    name: "a rebase with conflicts under way",
    async make(at) {
      await sides(at, CLASH);
      await stopAt(at, "rebase", "feature");
    },
    rows: busy("rebase", [
      ["git_merge", { action: "continue", message: "m" }, "conflict", /still in conflict/u],
    ]),
  },
  {
    name: "a cherry-pick with conflicts under way",
    async make(at) {
      await sides(at, CLASH);
      await stopAt(at, "cherry-pick", "feature");
    },
    rows: busy("cherry-pick"),
  },
  {
    name: "a revert with conflicts under way",
    async make(at) {
      await sides(at, CLASH);
      await at.repo.commit("later", { "a.txt": "later\n" });
      await stopAt(at, "revert", "--no-edit", "HEAD~1");
    },
    rows: busy("revert"),
  },
  {
    name: "a resolved merge that is not committed",
    async make(at) {
      await sides(at, CLASH);
      await stopAt(at, "merge", "feature");
      await at.repo.write({ "a.txt": "both\n" });
      await at.repo.git("add", "a.txt");
    },
    rows: [
      ["git_switch", { ref: "feature" }, "conflict", /a merge is not finished/u],
      ...begin(["feature"], "conflict", /a merge is not finished/u),
      ["git_commit", { amend: true, message: "m" }, "conflict", /a merge is under way/u],
    ],
  },
  {
    name: "conflict markers that were staged",
    async make(at) {
      await sides(at, CLASH);
      await stopAt(at, "merge", "feature");
      await at.repo.git("add", "a.txt");
    },
    rows: [["git_merge", { action: "continue" }, "conflict", /conflict markers are left.*a\.txt/u]],
  },
  {
    name: "a bisect under way",
    async make(at) {
      await sides(at);
      for (const name of ["3", "4", "5"]) await at.repo.commit(name);
      await at.repo.git("bisect", "start", "HEAD", "HEAD~4");
    },
    rows: [
      ["git_switch", { ref: "feature" }, "conflict", /a bisect is not finished/u],
      ["git_merge", { action: "continue" }, "conflict", /terminal only/u],
      ["git_merge", { action: "abort" }, "conflict", /terminal only/u],
    ],
  },
  {
    name: "the index is locked",
    async make(at) {
      const { repo } = at;
      await sides(at);
      await repo.write({ "b.txt": "stashed\n" });
      await repo.git("stash", "push", "--quiet");
      await repo.write({ "a.txt": "mine\ntwo\nthree\n", "new.txt": "n\n" });
      await repo.write({ "dir/c.txt": "staged\n" });
      await repo.git("add", "dir/c.txt");
      await repo.write({ ".git/index.lock": "" });
    },
    rows: [
      ["git_stage", { paths: ["here/a.txt"] }, "conflict", HELD],
      ["git_stage", { paths: ["here"] }, "conflict", HELD],
      ["git_stage", { paths: ["here/dir/c.txt"], unstage: true }, "conflict", HELD],
      ["git_stage", { hunks: [{ path: "here/a.txt", startLine: 1, endLine: 1 }] }, "conflict", HELD],
      ["git_commit", { message: "m" }, "conflict", HELD],
      ["git_commit", { message: "m", all: true }, "conflict", HELD],
      ["git_commit", { message: "m", amend: true }, "conflict", HELD],
      ["git_restore", { paths: ["here/a.txt"] }, "conflict", HELD],
      ["git_restore", { paths: ["here/dir/c.txt"], staged: true }, "conflict", HELD],
      ["git_stash", { action: "push" }, "conflict", HELD],
      ["git_stash", { action: "push", untracked: true }, "conflict", HELD],
      ["git_stash", { action: "pop" }, "conflict", HELD],
      ["git_stash", { action: "apply" }, "conflict", HELD],
      ["git_switch", { ref: "feature" }, "conflict", HELD],
      ["git_switch", { create: "x" }, "conflict", HELD],
    ],
  },
  {
    name: "the index of a clean tree is locked",
    async make(at) {
      await sides(at);
      await at.repo.write({ ".git/index.lock": "" });
    },
    rows: [
      ...begin(["feature"], "conflict", HELD, ["merge", "rebase", "cherry-pick"]),
      ["git_merge", { action: "revert", refs: ["main"] }, "conflict", HELD],
      ["git_merge", { action: "merge", refs: ["feature"], squash: true }, "conflict", HELD],
    ],
  },
  {
    name: "the index is locked in the middle of a merge",
    async make(at) {
      await sides(at, CLASH);
      await stopAt(at, "merge", "feature");
      await at.repo.write({ "a.txt": "both\n" });
      await at.repo.git("add", "a.txt");
      await at.repo.write({ ".git/index.lock": "" });
    },
    rows: [
      ["git_merge", { action: "abort" }, "conflict", HELD],
      ["git_merge", { action: "continue" }, "conflict", HELD],
      ["git_merge", { action: "continue", message: "m" }, "conflict", HELD],
      ["git_commit", { message: "m" }, "conflict", HELD],
    ],
  },
  {
    name: "references are locked",
    async make(at) {
      const { repo } = at;
      await sides(at);
      await repo.write({ "b.txt": "stashed\n" });
      await repo.git("stash", "push", "--quiet");
      for (const name of [
        "refs/heads/main",
        "refs/heads/x",
        "refs/heads/feature",
        "refs/tags/v1",
        "refs/stash",
      ])
        await repo.write({ [`.git/${name}.lock`]: "" });
      await repo.write({ "a.txt": "staged\n" });
      await repo.git("add", "a.txt");
    },
    rows: [
      ["git_commit", { message: "m" }, "conflict", HELD],
      ["git_commit", { message: "m", amend: true }, "conflict", HELD],
      ["git_branches", { action: "create", name: "x" }, "conflict", HELD],
      ["git_branches", { action: "create", name: "feature", force: true }, "conflict", HELD],
      ["git_branches", { action: "delete", name: "feature", force: true }, "conflict", HELD],
      ["git_branches", { action: "delete", kind: "tag", name: "v1" }, "conflict", HELD],
      [
        "git_branches",
        { action: "create", kind: "tag", name: "v1", force: true, message: "m" },
        "conflict",
        HELD,
      ],
      ["git_stash", { action: "push" }, "conflict", HELD],
      ["git_stash", { action: "drop" }, "conflict", HELD],
      ["git_worktree", { action: "add", path: "wt", create: "x" }, "conflict", HELD],
      ["git_switch", { create: "x" }, "conflict", HELD],
      ["git_switch", { create: "x", ref: "feature" }, "conflict", /./u],
    ],
  },
  {
    name: "a branch that is to be made is locked",
    async make(at) {
      await sides(at);
      await at.repo.write({ ".git/refs/heads/x.lock": "" });
    },
    rows: [["git_switch", { create: "x", ref: "feature" }, "conflict", HELD]],
  },
  {
    name: "the branch and HEAD of a clean tree are locked",
    async make(at) {
      await sides(at);
      await at.repo.write({ ".git/refs/heads/main.lock": "", ".git/HEAD.lock": "" });
    },
    rows: [
      ["git_switch", { ref: "feature" }, "conflict", HELD],
      ["git_switch", { ref: "feature", detach: true }, "conflict", HELD],
      ...begin(["feature"], "conflict", HELD, ["merge", "rebase", "cherry-pick"]),
      ["git_merge", { action: "revert", refs: ["main"] }, "conflict", HELD],
    ],
  },
  {
    name: "the branch of a clean tree is locked",
    async make(at) {
      await sides(at);
      await at.repo.write({ ".git/refs/heads/main.lock": "" });
    },
    rows: [
      ...begin(["feature"], "conflict", HELD, ["merge", "rebase", "cherry-pick"]),
      ["git_merge", { action: "revert", refs: ["main"] }, "conflict", HELD],
    ],
  },
  {
    name: "nobody knows who commits",
    async make(at) {
      await sides(at);
      await at.repo.write({ "a.txt": "staged\n", "b.txt": "not staged\n" });
      await at.repo.git("add", "a.txt");
      await at.person("");
    },
    rows: [
      ["git_commit", { message: "m" }, "unavailable", /who commits/u],
      ["git_commit", { message: "m", amend: true }, "unavailable", /who commits/u],
      [
        "git_branches",
        { action: "create", kind: "tag", name: "v2", message: "m" },
        "unavailable",
        /who commits/u,
      ],
    ],
  },
  {
    name: "nobody knows who merges",
    async make(at) {
      await sides(at);
      await at.person("");
    },
    rows: [
      ...begin(["feature"], "unavailable", /who commits/u, ["merge", "rebase", "cherry-pick"]),
      ["git_merge", { action: "revert", refs: ["main"] }, "unavailable", /who commits/u],
    ],
  },
  {
    name: "a remote that is not there, and no upstream",
    async make(at) {
      await sides(at);
      await at.repo.git("remote", "add", "origin", "http://127.0.0.1:1/x.git");
      await at.repo.git("remote", "add", "local", "../nowhere.git");
    },
    rows: [
      ["git_fetch", {}, "unavailable", /cannot be reached/u],
      ["git_push", {}, "unavailable", /cannot be reached/u],
      ["git_push", { ref: "nope" }, "not_found", ABSENT],
      ["git_push", { ref: "featur" }, "not_found", NEAR],
      ["git_push", { ref: "HEAD~1" }, "invalid_input", /no name there/u],
      ["git_push", { to: "a..b" }, "invalid_input", /no name for a branch/u],
      ["git_push", { remote: "orign" }, "not_found", /Did you mean origin\?/u],
      ["git_fetch", { remote: "orign" }, "not_found", /Did you mean origin\?/u],
      ["git_fetch", { remote: "local" }, "not_found", /./u],
      ["git_push", { remote: "local" }, "not_found", /./u],
      ["git_switch", { ref: "@{upstream}" }, "not_found", ABSENT],
      ["git_merge", { action: "rebase", refs: ["@{upstream}"] }, "not_found", ABSENT],
    ],
  },
  {
    name: "a branch without a commit",
    async make({ repo }) {
      await repo.write({ "a.txt": "one\n", "b.txt": "b\n" });
      await repo.git("add", "b.txt");
      await repo.git("remote", "add", "origin", "http://127.0.0.1:1/x.git");
    },
    rows: [
      ["git_commit", { message: "m", amend: true }, "conflict", /no commit yet/u],
      ["git_switch", { ref: "main" }, "not_found", ABSENT],
      ["git_switch", { ref: "HEAD", detach: true }, "not_found", /no commit yet/u],
      ["git_switch", { create: "x", ref: "HEAD" }, "not_found", /no commit yet/u],
      ...begin(["HEAD"], "not_found", /no commit yet/u, ["merge"]),
      ...begin(["HEAD"], "conflict", /no commit yet/u, ["rebase", "cherry-pick", "revert"]),
      ["git_restore", { paths: ["here/a.txt"] }, "not_found", /a\.txt/u],
      ["git_restore", { paths: ["here/b.txt"], ref: "HEAD" }, "not_found", /no commit yet/u],
      ["git_stash", { action: "push" }, "conflict", /before the first commit/u],
      ["git_stash", { action: "pop" }, "not_found", /there is no stash/u],
      ["git_worktree", { action: "add", path: "wt" }, "not_found", /no commit yet/u],
      ["git_worktree", { action: "add", path: "wt", create: "x" }, "not_found", /no commit yet/u],
      ["git_branches", { action: "create", name: "x" }, "not_found", /no commit yet/u],
      ["git_branches", { action: "create", kind: "tag", name: "v1" }, "not_found", /no commit yet/u],
      ["git_branches", { action: "delete", name: "main" }, "not_found", /no branch main/u],
      ["git_push", {}, "conflict", /no commit yet/u],
    ],
  },
  {
    name: "a detached HEAD",
    async make(at) {
      await sides(at);
      await at.repo.git("switch", "--quiet", "--detach", "HEAD");
      await at.repo.git("remote", "add", "origin", "http://127.0.0.1:1/x.git");
    },
    rows: [
      ["git_push", {}, "invalid_input", /on no branch/u],
      ["git_push", { setUpstream: true, to: "x" }, "invalid_input", /./u],
      ["git_merge", { action: "rebase", refs: ["@{upstream}"] }, "not_found", /./u],
      ["git_switch", { ref: "@{-1}x" }, "not_found", /no earlier branch/u],
      ["git_commit", { message: "m" }, "conflict", /nothing is staged/u],
    ],
  },
  {
    name: "a bare repository",
    bare: true,
    async make({ repo }) {
      const other = repo.at("../other");
      await other.git("push", "--quiet", repo.root, "main");
    },
    rows: [
      ["git_stage", { paths: ["here/a.txt"] }, "invalid_input", /bare/u],
      ["git_commit", { message: "m" }, "invalid_input", /bare/u],
      ["git_switch", { ref: "main" }, "invalid_input", /bare/u],
      ...begin(["main"], "invalid_input", /bare/u),
      ["git_merge", { action: "abort" }, "invalid_input", /bare/u],
      ["git_merge", { action: "continue" }, "invalid_input", /bare/u],
      ["git_restore", { paths: ["here/a.txt"] }, "invalid_input", /bare/u],
      ...["push", "pop", "apply", "drop"].map((action): Row => [
        "git_stash",
        { action },
        "invalid_input",
        /bare/u,
      ]),
      ["git_branches", { action: "create", name: "x", ref: "nope" }, "not_found", ABSENT],
    ],
  },
  {
    name: "hooks that refuse, in a repository that is trusted",
    async make(at) {
      await sides(at);
      await at.repo.write({ "a.txt": "staged\n" });
      await at.repo.git("add", "a.txt");
      await at.repo.git("remote", "add", "origin", "../other");
      for (const name of ["pre-commit", "pre-merge-commit", "pre-rebase", "pre-push"])
        await at.hook(name, "echo NO-BY-HOOK >&2; exit 1");
      await at.trust();
    },
    rows: [
      ["git_commit", { message: "m" }, "external", /a hook refused the commit(?:.|\n)*NO-BY-HOOK/u],
      ["git_commit", { message: "m", all: true }, "external", /a hook refused the commit/u],
      ["git_commit", { message: "m", amend: true }, "external", /a hook refused the commit/u],
    ],
  },
  {
    name: "hooks that refuse merges, in a repository that is trusted",
    async make(at) {
      await sides(at);
      for (const name of ["pre-merge-commit", "pre-rebase"])
        await at.hook(name, "echo NO-BY-HOOK >&2; exit 1");
      await at.trust();
    },
    rows: [...begin(["feature"], "external", /a hook(?:.|\n)*NO-BY-HOOK/u, ["merge", "rebase"])],
  },
  {
    name: "a hook that refuses every change of a reference",
    async make(at) {
      await sides(at);
      await at.repo.write({ "b.txt": "stashed\n" });
      await at.repo.git("stash", "push", "--quiet");
      await at.repo.write({ "b.txt": "changed\n" });
      await at.hook("reference-transaction", '[ "$1" != prepared ] || { echo NO-BY-HOOK >&2; exit 1; }');
      await at.trust();
    },
    rows: [
      ["git_branches", { action: "create", name: "x" }, "external", /NO-BY-HOOK|hook/u],
      ["git_branches", { action: "delete", name: "feature", force: true }, "external", /NO-BY-HOOK|hook/u],
      [
        "git_branches",
        { action: "create", kind: "tag", name: "v2", message: "m" },
        "external",
        /NO-BY-HOOK|hook/u,
      ],
      ["git_commit", { message: "m", all: true }, "external", /NO-BY-HOOK|hook/u],
      ["git_stash", { action: "push" }, "external", /NO-BY-HOOK|hook/u],
      ["git_worktree", { action: "add", path: "wt", create: "x" }, "external", /NO-BY-HOOK|hook/u],
    ],
  },
  {
    name: "a hook that ends git",
    async make(at) {
      await sides(at);
      await at.repo.write({ "a.txt": "staged\n" });
      await at.repo.git("add", "a.txt");
      await at.hook("pre-commit", "kill $PPID; sleep 1");
      await at.trust();
    },
    rows: [
      ["git_commit", { message: "m" }, "external", /was stopped/u],
      ["git_commit", { message: "m", all: true }, "external", /was stopped/u],
    ],
  },
];

/** What git itself leaves of an attempt that it refused. */
const LAX = ["COMMIT_EDITMSG", "ORIG_HEAD", "AUTO_MERGE", "logs/HEAD"];

// at once: most of the time is waiting for locks that nobody takes away
describe.concurrent.each(SITUATIONS)("$name", ({ make, rows, bare }) => {
  test(`fails and leaves everything as it was, ${rows.length} calls`, { timeout: 120_000 }, async () => {
    await using at = await place(bare);
    await make(at);
    let before = await repositoryState(at.repo, LAX);
    const wrong: string[] = [];
    for (const [tool, input, code, says] of rows) {
      const { error, parts } = await at.called.call(tool, { repo: "here", ...input });
      const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("\n");
      const faults = [
        ...(error === code ? [] : [`code ${error}`]),
        ...faultsIn(text, says),
        ...changesIn(before, (before = await repositoryState(at.repo, LAX))),
      ];
      if (faults.length > 0) wrong.push(`${tool} ${JSON.stringify(input)}: ${faults.join("; ")}\n  ${text}`);
    }
    expect(wrong.join("\n\n")).toBe("");
  });
});

/** What a failure's words lack. */
function faultsIn(text: string, says: RegExp): string[] {
  const [sentence = "", hint = ""] = text.split("\n");
  return [
    ...(says.test(text) ? [] : [`does not say ${says.source}`]),
    ...(/^[a-z_]+: .{10,}$/u.test(sentence) ? [] : ["no sentence"]),
    ...(/(?:fatal|error|warning): |exit code/u.test(sentence) ? ["git's words as ours"] : []),
    ...(/^hint: .{5,}$/u.test(hint) ? [] : ["no hint"]),
  ];
}

function changesIn(before: readonly string[], after: readonly string[]): string[] {
  const short = (line: string): string =>
    JSON.stringify(line.length > 200 ? `${line.slice(0, 60)}…${line.slice(-130)}` : line);
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `lost ${short(line)}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `new ${short(line)}`),
  ];
}
