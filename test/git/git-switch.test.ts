import { describe, expect, test } from "vitest";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { servedGit } from "../support/repository.ts";
import { trusting } from "./trusting.ts";

describe("git_switch", () => {
  test("switches to a branch, says what changed and what is carried over", async () => {
    await using suite = await servedGit({ a: "1\n", b: "1\n", keep: "1\n" });
    const { repo } = suite;
    await repo.branch("feature", { a: "2\n", c: "new\n", b: undefined });
    await repo.git("switch", "-q", "main");
    await repo.write({ keep: "mine\n" });
    expect((await suite.call("git_switch", { ref: "feature" })).text).toBe(
      "[on feature (was main); 3 files changed, 1 kept change carried over]",
    );
    expect(await repo.git("status", "--porcelain", "-b")).toBe("## feature\n M keep");
  });

  test("makes a branch at HEAD and at a revision, and goes back by @{-1}", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    const second = await repo.commit("second", { a: "2\n" });
    expect((await suite.call("git_switch", { create: "one" })).text).toBe(
      "[on one, a new branch (was main); 0 files changed]",
    );
    expect((await suite.call("git_switch", { create: "two", ref: "main~1" })).text).toContain(
      "[on two, a new branch at main~1",
    );
    expect(await repo.git("rev-parse", "two")).not.toBe(second);
    expect((await suite.call("git_switch", { ref: "@{-1}" })).text).toContain(
      "[on one (was two); 1 file changed]",
    );
    expect((await suite.call("git_switch", { create: "one" })).text).toContain(
      "there is a branch one already",
    );
    expect((await suite.call("git_switch", { create: "one/x" })).text).toContain(
      "the branch one is in the way",
    );
    for (const create of ["-f", "a..b", "HEAD", "a b", "x.lock", "refs/heads/x"])
      expect((await suite.call("git_switch", { create })).text).toContain("cannot be the name of a branch");
  });

  test("detaches only when asked", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    await repo.git("tag", "v1");
    const refused = await suite.call("git_switch", { ref: "v1" });
    expect(refused.text).toContain("v1 is a tag, not a branch");
    const head = await repo.git("rev-parse", "HEAD");
    expect((await suite.call("git_switch", { ref: "v1", detach: true })).text).toContain(
      `[on ${head.slice(0, 10)}, detached (v1) (was main)`,
    );
    expect((await suite.call("git_switch", { ref: "main" })).text).toContain(
      `(was detached at ${head.slice(0, 10)})`,
    );
    expect((await suite.call("git_switch", { ref: "nothing" })).error).toBe("not_found");
  });

  test("makes a branch that follows the only remote that has it", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    await repo.git("update-ref", "refs/remotes/origin/feature", "HEAD");
    await repo.git("config", "remote.origin.url", "/nowhere");
    await repo.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
    const { text } = await suite.call("git_switch", { ref: "feature" });
    expect(text).toContain("[on feature, a new branch at origin/feature (was main)");
    expect(await repo.git("rev-parse", "--abbrev-ref", "feature@{upstream}")).toBe("origin/feature");
    expect((await suite.call("git_switch", { ref: "origin/feature" })).text).toContain(
      "is a remote branch, not a branch",
    );
  });

  test("names what is in the way and changes nothing", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    await repo.branch("feature", { a: "2\n", u: "theirs\n" });
    await repo.git("switch", "-q", "main");
    await repo.write({ a: "mine\n" });
    const dirty = await suite.call("git_switch", { ref: "feature" });
    expect(dirty.error).toBe("conflict");
    expect(dirty.text).toContain("uncommitted changes are in the way: a");
    await repo.git("checkout", "-q", "a");
    await repo.write({ u: "mine\n" });
    const untracked = await suite.call("git_switch", { ref: "feature" });
    expect(untracked.text).toContain("files that git does not track are in the way: u");
    expect(await readFile(join(repo.root, "u"), "utf8")).toBe("mine\n");
    expect(await repo.git("symbolic-ref", "HEAD")).toBe("refs/heads/main");
  });

  test("asks before a protected file changes, and names what runs later", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    await repo.branch("feature", { ".mcp.json": "{}", ".github/workflows/ci.yml": "on: push\n" });
    await repo.git("switch", "-q", "main");
    const { asked, error } = await suite.call(
      "git_switch",
      { ref: "feature" },
      { kind: "no", how: "decline" },
    );
    expect(asked?.message).toContain(".mcp.json");
    expect(error).toBe("denied");
    expect(await repo.git("symbolic-ref", "HEAD")).toBe("refs/heads/main");
    const yes = await suite.call("git_switch", { ref: "feature" }, { kind: "yes", lifetime: "once" });
    expect(yes.text).toContain("also changed, and run later by themselves: .github/workflows/ci.yml");
    expect(await repo.git("symbolic-ref", "HEAD")).toBe("refs/heads/feature");
  });

  test("refuses a file whose filter does not run here, also by attributes that only the target has", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    await repo.branch("lfs", { ".gitattributes": "*.bin filter=lfs\n", "x.bin": "pointer\n" });
    await repo.git("switch", "-q", "main");
    const { text, error } = await suite.call("git_switch", { ref: "lfs" });
    expect(error).toBe("denied");
    expect(text).toContain("x.bin");
    expect(await repo.git("status", "--porcelain", "-b")).toBe("## main");
  });

  test("refuses a branch that another work tree has, and while a merge is under way", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    await repo.branch("feature", { a: "2\n" });
    await repo.git("switch", "-q", "main");
    await repo.git("worktree", "add", "-q", "wt", "feature");
    expect((await suite.call("git_switch", { repo: ".", ref: "feature" })).text).toContain(
      "is checked out in",
    );
    const inside = await suite.call("git_switch", { repo: "wt", ref: "main" });
    expect(inside.text).toContain("main is checked out in");
    await repo.commit("mine", { a: "3\n" });
    await repo.git("merge", "feature").catch(() => undefined);
    const busy = await suite.call("git_switch", { repo: ".", create: "x" });
    expect(busy.text).toContain("a merge is not finished");
  });

  test("works on a branch without a commit, on SHA-256 and names submodules that move", async () => {
    await using suite = await servedGit();
    const { repo } = suite;
    expect((await suite.call("git_switch", { create: "fresh" })).text).toContain(
      "[on fresh, a new branch (was main)",
    );
    expect(await repo.git("symbolic-ref", "HEAD")).toBe("refs/heads/fresh");
    const first = await repo.commit("first", { a: "1" });
    await repo.git("update-index", "--add", "--cacheinfo", `160000,${first},sub`);
    await repo.git("switch", "-q", "-c", "with-sub");
    await repo.git("commit", "-q", "-m", "sub");
    await repo.git("switch", "-q", "fresh");
    const { text } = await suite.call("git_switch", { ref: "with-sub" });
    expect(text).toContain(`submodules moved and not entered: sub to ${first.slice(0, 10)}`);
    await writeFile(join(repo.root, "a"), "2");
  });

  test("tells of a hook that failed after the switch in a trusted repository", async () => {
    await using suite = await servedGit({ a: "1\n" });
    const { repo } = suite;
    await repo.git("branch", "other");
    await mkdir(join(repo.root, ".git/hooks"), { recursive: true });
    await writeFile(join(repo.root, ".git/hooks/post-checkout"), "#!/bin/sh\nexit 3\n", { mode: 0o755 });
    expect((await suite.call("git_switch", { ref: "other" })).text).toContain(
      "not run, since nobody trusted this repository: hook post-checkout",
    );
    await trusting(repo);
    const { error, text } = await suite.call("git_switch", { ref: "main" });
    expect(error).toBeUndefined();
    expect(text).toContain("[on main (was other); 0 files changed]\nthe hook post-checkout failed");
  });
});
