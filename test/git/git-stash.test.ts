import { mkdir, readFile, writeFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository, servedGit, type ServedGit } from "../support/repository.ts";

const YES = { kind: "yes", lifetime: "once" } as const;

const stash = async (git: ServedGit, action: string, more: Record<string, unknown> = {}): Promise<string> =>
  (await git.call("git_stash", { action, ...more }, action === "drop" ? YES : undefined)).text;

describe("git_stash", () => {
  test("puts changes aside, lists, shows and brings them back", async () => {
    await using git = await servedGit({ "a.txt": "one\n", "b.txt": "b\n" });
    const { repo } = git;
    expect(await stash(git, "list")).toBe("[0 stashes]");
    expect(await stash(git, "push")).toMatch(/^not_found: there is nothing to put aside\n/u);
    await repo.write({ "a.txt": "two\n", "b.txt": undefined, "new.txt": "n\n" });
    expect(await stash(git, "push", { message: "--odd\nmessage" })).toMatch(
      /^\[put aside as stash 0 \(\w{10}\): 2 files changed; pop brings it back\]$/u,
    );
    expect(await repo.git("status", "--short")).toBe("?? new.txt");
    expect(await stash(git, "list")).toMatch(
      /^\[1 stash\]\n0 \w{10} \d{4}-\d\d-\d\d \d\d:\d\d On main: --odd/u,
    );
    const shown = await stash(git, "show");
    expect(shown).toMatch(/^\[stash 0 \(\w{10}\), On main: --odd message: 2 files, \+1 -2\]/u);
    expect(shown).toContain("-one\n+two\n");
    expect(await stash(git, "apply")).toMatch(
      /^\[applied stash 0 \(\w+\): 2 files changed; the stash is kept\]$/u,
    );
    await repo.git("checkout", "--quiet", "--", ".");
    expect(await stash(git, "pop")).toMatch(/; and dropped\]$/u);
    expect(await repo.git("status", "--short")).toBe(" M a.txt\n D b.txt\n?? new.txt");
    expect(await stash(git, "pop")).toMatch(/^not_found: there is no stash\n/u);
  });

  test("takes untracked files and named paths only when asked", async () => {
    await using git = await servedGit({ "a.txt": "one\n", "b.txt": "b\n" });
    const { repo } = git;
    await repo.write({ "a.txt": "two\n", "b.txt": "bb\n", "dir/new ü.txt": "n\n" });
    expect(await stash(git, "push", { paths: ["dir"] })).toMatch(
      /^not_found: there is nothing to put aside at dir\n.*untracked: true/u,
    );
    await stash(git, "push", { paths: ["dir", "a.txt"], untracked: true });
    expect(await repo.git("status", "--short")).toBe(" M b.txt");
    expect(await stash(git, "show")).toContain("untracked files: dir/new ü.txt\n");
    await repo.write({ "dir/new ü.txt": "in the way\n" });
    expect(await stash(git, "pop")).toMatch(
      /^conflict: files are in the way of untracked ones in the stash: dir\/new ü\.txt/u,
    );
    expect(await repo.git("status", "--short", "a.txt")).toBe("");
    await rm(join(repo.root, "dir"), { recursive: true });
    expect(await stash(git, "pop")).toMatch(/^\[applied stash 0 \(\w+\): 2 files changed; and dropped\]$/u);
    expect(await readFile(join(repo.root, "dir/new ü.txt"), "utf8")).toBe("n\n");
  });

  test("keeps the stash and names the files when they are in conflict", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    await repo.write({ "a.txt": "mine\n" });
    await stash(git, "push");
    await repo.write({ "a.txt": "dirty\n" });
    expect(await stash(git, "pop")).toMatch(/^conflict: .*in the way.*a\.txt/u);
    expect(await readFile(join(repo.root, "a.txt"), "utf8")).toBe("dirty\n");
    await repo.commit("other", { "a.txt": "theirs\n" });
    expect(await stash(git, "pop")).toMatch(
      /^\[applied stash 0 \(\w+\) with conflicts: 1 file changed; the stash is kept\]\nin conflict: a\.txt\n/u,
    );
    expect(await repo.git("stash", "list")).not.toBe("");
    expect(await stash(git, "push")).toMatch(/^conflict: files are in conflict: a\.txt/u);
  });

  test("drops by hash, after a person said yes, and says how the files are found again", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    for (const content of ["two\n", "three\n"]) {
      await repo.write({ "a.txt": content });
      await stash(git, "push", { message: content.trim() });
    }
    expect((await git.call("git_stash", { action: "drop" })).error).toBe("denied");
    const text = await stash(git, "drop", { index: 1 });
    expect(text).toMatch(
      /^\[dropped stash 1 \(\w+\): On main: two; git_restore with ref (\w+) still finds its files\]$/u,
    );
    expect(await stash(git, "drop", { index: 1 })).toMatch(/^not_found: there is no stash 1\n.*index 0/u);
    const hash = /ref (\w+)/u.exec(text)?.[1] ?? "";
    await git.call("git_restore", { paths: ["a.txt"], ref: hash });
    expect(await readFile(join(repo.root, "a.txt"), "utf8")).toBe("two\n");
  });

  test("asks about protected files that it would change, on both ways", async () => {
    await using git = await servedGit({ ".mcp.json": "{}\n", ".env": "A=1\n" });
    const { repo } = git;
    await repo.write({ ".mcp.json": "{ }\n", ".env": "A=secret\n" });
    expect((await git.call("git_stash", { action: "push" })).error).toBe("denied");
    const pushed = await git.call("git_stash", { action: "push" }, YES);
    expect([pushed.asked?.message, pushed.error]).toEqual([
      expect.stringMatching(/\.env.*\.mcp\.json/u) as unknown,
      undefined,
    ]);
    expect((await git.call("git_stash", { action: "show" })).text).not.toContain("secret\n");
    expect((await git.call("git_stash", { action: "pop" })).error).toBe("denied");
    expect(await repo.git("status", "--short")).toBe("");
    expect((await git.call("git_stash", { action: "pop" }, YES)).text).toMatch(/and dropped/u);
    expect(await repo.git("status", "--short")).toBe(" M .env\n M .mcp.json");
  });

  test("follows no rename to a path that nobody was asked about", async () => {
    await using git = await servedGit({ "plain.json": "1\n2\n3\n4\n5\n6\n" });
    const { repo } = git;
    await repo.write({ "plain.json": "1\n2\nthree\n4\n5\n6\n" });
    await stash(git, "push");
    await repo.git("mv", "plain.json", ".mcp.json");
    await repo.git("commit", "--quiet", "-m", "renamed");
    expect((await git.call("git_stash", { action: "pop" })).error).toBe("denied");
    expect(await readFile(join(repo.root, ".mcp.json"), "utf8")).toBe("1\n2\n3\n4\n5\n6\n");
    expect((await git.call("git_stash", { action: "pop" }, YES)).asked?.message).toContain(".mcp.json");
  });

  test("refuses files with a filter, repositories inside, and a branch without a commit", async () => {
    await using git = await servedGit({
      ".gitattributes": "*.bin filter=lfs\n",
      "a.bin": "1\n",
      "a.txt": "1\n",
    });
    const { repo } = git;
    await repo.write({ "a.bin": "2\n" });
    expect(await stash(git, "push")).toMatch(/^denied: a filter .*a\.bin/u);
    await repo.git("checkout", "--quiet", "--", ".");
    await mkdir(join(repo.root, "inner"));
    await repository(git.ground, { folder: "inner" });
    expect(await stash(git, "push", { repo: "a.txt", untracked: true })).toMatch(
      /^conflict: repositories of their own .*inner/u,
    );
    await rm(join(repo.root, ".git"), { recursive: true });
    await repository(git.ground, { format: "sha256" });
    expect(await stash(git, "push", { repo: "a.txt" })).toMatch(/^conflict: before the first commit/u);
  });

  test("works in SHA-256, and a held lock changes nothing", async () => {
    await using git = await servedGit();
    await rm(join(git.repo.root, ".git"), { recursive: true });
    const repo = await repository(git.ground, { format: "sha256" });
    await repo.commit("first", { "a.txt": "one\n" });
    await repo.write({ "a.txt": "two\n", "new.txt": "n\n" });
    await writeFile(join(repo.root, ".git/index.lock"), "");
    expect(await stash(git, "push", { untracked: true })).toMatch(/^conflict: another git process/u);
    await rm(join(repo.root, ".git/index.lock"));
    expect(await repo.git("status", "--short")).toBe(" M a.txt\n?? new.txt");
    expect(await stash(git, "push", { untracked: true })).toMatch(/^\[put aside/u);
    await writeFile(join(repo.root, ".git/index.lock"), "");
    expect(await stash(git, "pop")).toMatch(/^conflict: another git process/u);
    await rm(join(repo.root, ".git/index.lock"));
    expect(await repo.git("status", "--short")).toBe("");
    expect(await stash(git, "pop")).toMatch(/2 files changed; and dropped\]$/u);
  });
});
