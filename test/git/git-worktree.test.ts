import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository, servedGit } from "../support/repository.ts";

const yes = { kind: "yes", lifetime: "once" } as const;

test.each(["sha1", "sha256"] as const)("adds what git itself adds (%s)", async (format) => {
  await using suite = await servedGit();
  const { ground } = suite;
  const repo = await repository(ground, { folder: "project", format });
  await repo.commit("first", { a: "1\n", "dir/b": "2\n" });
  await repo.branch("dev", { a: "2\n" });
  await repo.git("switch", "-q", "main");
  const made = await suite.call("git_worktree", { repo: "project", action: "add", path: "ours", ref: "dev" });
  expect(made.text).toBe("[work tree ours on dev; 2 files]");
  await repo.git("worktree", "add", "-q", "--detach", "../theirs", "dev");
  const [ours, theirs] = [repo.at("../ours"), repo.at("../theirs")];
  const admin = (name: string, file: string): Promise<string> =>
    readFile(join(repo.root, ".git/worktrees", name, file), "utf8");
  expect(await readFile(join(ours.root, ".git"), "utf8")).toBe(
    (await readFile(join(theirs.root, ".git"), "utf8")).replace("theirs", "ours"),
  );
  for (const file of ["commondir", "gitdir"])
    expect(await admin("ours", file)).toBe((await admin("theirs", file)).replace("theirs", "ours"));
  expect(await ours.git("ls-files", "-s")).toBe(await theirs.git("ls-files", "-s"));
  expect(await ours.git("status", "--porcelain", "-b")).toBe("## dev");
  expect(await ours.git("rev-parse", "--git-common-dir")).toBe(join(repo.root, ".git"));
  await repo.git("fsck", "--strict");
  expect(await repo.git("worktree", "list", "--porcelain")).toContain(`worktree ${ours.root}\n`);
  expect(await repo.git("worktree", "prune", "--dry-run", "-v")).toBe("");
  await ours.commit("from there", { c: "3\n" });
  expect(await repo.git("log", "-1", "--format=%s", "dev")).toBe("from there");
});

test("adds new branches and detached ones, and lists all", async () => {
  await using suite = await servedGit({ a: "1\n" });
  const { repo } = suite;
  const at = (input: object) => suite.call("git_worktree", { repo: ".", ...input });
  expect((await at({ action: "add", path: "wt/one", create: "one" })).text).toContain(
    "on one, a new branch at ",
  );
  expect((await at({ action: "add", path: "wt/two", ref: "HEAD" })).text).toContain(", detached; 1 file]");
  const list = (await at({ action: "list" })).text.split("\n");
  const head = (await repo.git("rev-parse", "HEAD")).slice(0, 10);
  expect(list).toEqual([
    "[3 work trees]",
    ".: main, main, this one",
    "wt/one: one",
    `wt/two: detached at ${head}`,
  ]);
  expect((await at({ action: "add", path: "wt/one" })).text).toContain("something is at wt/one already");
  expect((await at({ action: "add", path: "wt/three", ref: "one" })).text).toContain("one is checked out in");
  expect((await at({ action: "add", path: "wt/three", ref: "main" })).text).toContain(
    "main is checked out in",
  );
  expect((await at({ action: "add", path: ".git/x", create: "x" })).error).toBe("denied");
  expect((await at({ action: "add", path: "../outside/x", create: "x" })).error).toBe("denied");
  expect((await at({ action: "add", path: "wt/x", create: "-x" })).error).toBe("invalid_input");
  expect((await at({ action: "add", path: "wt/x", ref: "nothing" })).error).toBe("not_found");
  expect(await repo.git("branch", "--format=%(refname:short)")).toBe("main\none");
});

test("removes a clean one and refuses all others", async () => {
  await using suite = await servedGit({ a: "1\n" });
  const { repo } = suite;
  await repo.git("worktree", "add", "-q", "-b", "one", "wt/one");
  await repo.git("worktree", "add", "-q", "-b", "two", "wt/two");
  await repo.git("worktree", "lock", "--reason", "mine", "wt/two");
  await writeFile(join(repo.root, "wt/one/new"), "x");
  const remove = (path: string) => suite.call("git_worktree", { action: "remove", path }, yes);
  expect((await remove("wt/one")).text).toContain("wt/one has work that is not committed: new");
  expect((await remove("wt/two")).text).toContain("wt/two is locked: mine");
  expect((await remove(".")).text).toContain("is the main work tree");
  expect((await remove("wt")).text).toContain("is no work tree");
  await repo.at("wt/one").git("clean", "-q", "-f");
  expect((await remove("wt/one")).text).toBe("[work tree wt/one removed; branch one stays]");
  await expect(access(join(repo.root, "wt/one"))).rejects.toThrow("ENOENT");
  expect(await repo.git("worktree", "list", "--porcelain")).not.toContain("wt/one");
  expect(await repo.git("branch", "--list", "one")).toContain("one");
});

test("asks about protected files that the caller's own work tree does not have", async () => {
  await using suite = await servedGit({ a: "1\n", ".npmrc": "x=1\n" });
  const { repo } = suite;
  await repo.branch("dev", { ".mcp.json": "{}" });
  await repo.git("switch", "-q", "main");
  const plain = await suite.call("git_worktree", {
    repo: ".",
    action: "add",
    path: "wt/plain",
    create: "plain",
  });
  expect(plain.error).toBeUndefined();
  const { asked } = await suite.call(
    "git_worktree",
    { repo: ".", action: "add", path: "wt/dev", ref: "dev" },
    yes,
  );
  expect(asked?.message).toContain("wt/dev/.mcp.json");
  expect(await repo.at("wt/dev").git("status", "--porcelain", "-b")).toBe("## dev");
});

test("runs nothing of a hostile repository while it adds and removes", async () => {
  await using suite = await servedGit({ a: "1\n", b: "1\n" });
  const { repo, ground } = suite;
  const trap = `touch ${join(ground.root, "../ran")}; cat`;
  await mkdir(join(repo.root, ".git/hooks"), { recursive: true });
  for (const hook of ["post-checkout", "reference-transaction", "post-index-change"])
    await writeFile(join(repo.root, ".git/hooks", hook), `#!/bin/sh\n${trap} </dev/null\n`, { mode: 0o755 });
  const settings = {
    "core.fsmonitor": trap,
    "filter.x.smudge": trap,
    "filter.x.clean": trap,
    "filter.x.process": trap,
    "core.sshCommand": trap,
    "core.pager": trap,
  };
  for (const [key, value] of Object.entries(settings)) await repo.git("config", key, value);
  await writeFile(join(repo.root, ".git/info-attributes"), "");
  const added = await suite.call("git_worktree", { repo: ".", action: "add", path: "wt", create: "new" });
  expect(added.text).toContain("[work tree wt on new");
  expect(added.text).toContain("not run, since nobody trusted this repository: ");
  const removed = await suite.call("git_worktree", { action: "remove", path: "wt" }, yes);
  expect(removed.text).toContain("removed");
  await mkdir(join(repo.root, ".git/info"), { recursive: true });
  await writeFile(join(repo.root, ".git/info/attributes"), "a filter=x\n");
  const refused = await suite.call("git_worktree", { repo: ".", action: "add", path: "wt", create: "other" });
  expect(refused.error).toBe("denied");
  await expect(access(join(ground.root, "../ran"))).rejects.toThrow("ENOENT");
  expect(await readFile(join(repo.root, ".git/config"), "utf8")).not.toContain("plumbline");
});
