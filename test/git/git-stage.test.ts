import fc from "fast-check";
import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository, servedGit, type Repository } from "../support/repository.ts";

/** The index as real git tells it: mode, stage, path and content of each entry that differs from HEAD. */
async function staged(repo: Repository): Promise<string[]> {
  const text = await repo.git("diff", "--cached", "--name-status", "--no-renames", "-z");
  const fields = text.split("\0");
  const lines: string[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) lines.push(`${fields[at]} ${fields[at + 1]}`);
  return lines;
}

describe("git_stage by paths", () => {
  test("stages changed, new, deleted and renamed files and says how many", async () => {
    await using git = await servedGit({
      "a.txt": "one\n",
      "gone.txt": "x\n",
      "dir/b.txt": "b\n",
      "old.txt": "o\n",
    });
    await git.repo.write({
      "a.txt": "two\n",
      "gone.txt": undefined,
      "dir/new.txt": "1\n2\n",
      "left.txt": "l\n",
    });
    const { text, error } = await git.call("git_stage", { paths: ["a.txt", "gone.txt", "dir"] });
    expect([error, text]).toEqual([undefined, "[staged 3 files]"]);
    expect(await staged(git.repo)).toEqual(["M a.txt", "A dir/new.txt", "D gone.txt"]);
    await git.repo.write({ "old.txt": undefined, "renamed.txt": "o\n" });
    expect((await git.call("git_stage", { paths: ["."] })).text).toBe("[staged 3 files]");
  });

  test("does what git add does, whatever the names, modes and kinds", async () => {
    await using git = await servedGit({ "run.sh": "echo\n", link: "text\n", "ümläut ☃.txt": "x\n" });
    const { repo } = git;
    await chmod(join(repo.root, "run.sh"), 0o755);
    await rm(join(repo.root, "link"));
    await symlink("nowhere", join(repo.root, "link"));
    await repo.write({
      "ümläut ☃.txt": "y\n",
      ":(top)*": "1\n",
      "-n": "2\n",
      'new\nline\t"': "3\n",
      "[a]": "4\n",
      a: "5\n",
    });
    const paths = ["run.sh", "link", "ümläut ☃.txt", ":(top)*", "-n", 'new\nline\t"', "[a]"];
    expect((await git.call("git_stage", { paths })).error).toBeUndefined();
    const ours = await repo.git("ls-files", "--stage", "-z");
    await repo.git("reset", "--quiet");
    await repo.git("add", "--all");
    await repo.git("rm", "--quiet", "--cached", "--", "a");
    expect(ours).toBe(await repo.git("ls-files", "--stage", "-z"));
  });

  test("refuses what is ignored, unknown, secret or in another repository, and stages nothing of the call", async () => {
    await using git = await servedGit({ ".gitignore": "*.log\n", "a.txt": "one\n" });
    const { repo } = git;
    await repo.write({ "a.txt": "two\n", "x.log": "x\n", ".env": "KEY=1\n" });
    await mkdir(join(repo.root, "empty"));
    await repository(git.ground, { folder: "inner" });
    await repo.write({ "inner/file.txt": "i\n" });
    const said = async (path: string) =>
      (await git.call("git_stage", { repo: ".", paths: ["a.txt", path] })).text;
    expect(await said("x.log")).toMatch(/^denied: git ignores x\.log\n.*\.gitignore/u);
    expect(await said("nothing.txt")).toMatch(/^not_found: there is nothing to stage at nothing\.txt/u);
    expect(await said("empty")).toMatch(/^not_found: /u);
    expect(await said(".env")).toMatch(/^denied: \.env may hold secrets: it is not staged/u);
    expect(await said("inner/file.txt")).toMatch(
      /^invalid_input: inner\/file\.txt belongs to the repository inner\n.*repo inner/u,
    );
    expect(await said("inner")).toMatch(/^denied: inner is a repository of its own/u);
    expect(await said(".git/config")).toMatch(/^denied: /u);
    expect(await said("../outside/x")).toMatch(/^denied: /u);
    expect(await staged(repo)).toEqual([]);
    expect((await git.call("git_stage", { repo: ".", paths: ["."] })).text).toBe(
      "[staged 1 file]\nleft out, may hold secrets: .env\nleft out, repositories of their own: inner/",
    );
  });

  test("says when there is nothing to stage", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    expect((await git.call("git_stage", { paths: ["a.txt"] })).text).toBe("[nothing to stage there]");
    expect((await git.call("git_stage", {})).text).toMatch(/^invalid_input: give paths or hunks/u);
  });

  test("marks a conflict resolved, and refuses while its marks are there", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    await repo.branch("other", { "a.txt": "theirs\n" });
    await repo.git("switch", "--quiet", "main");
    await repo.commit("ours", { "a.txt": "ours\n" });
    await repo.git("merge", "other").catch(() => undefined);
    const refused = await git.call("git_stage", { paths: ["."] });
    expect(refused.text).toMatch(/^conflict: a\.txt still has conflict marks\nhint: Edit/u);
    expect(await repo.git("ls-files", "--unmerged")).not.toBe("");
    expect((await git.call("git_stage", { paths: ["a.txt"], unstage: true })).text).toMatch(
      /^conflict: nothing is staged of a\.txt/u,
    );
    await repo.write({ "a.txt": "both\n" });
    expect((await git.call("git_stage", { paths: ["a.txt"] })).text).toBe("[staged 1 file]");
    expect(await repo.git("ls-files", "--unmerged")).toBe("");
  });

  test("refuses files that a filter belongs to", async () => {
    await using git = await servedGit({ ".gitattributes": "*.bin filter=lfs\n" });
    await git.repo.write({ "a.bin": "x", "b.txt": "y" });
    expect((await git.call("git_stage", { paths: ["."] })).text).toMatch(
      /^denied: a filter .* a\.bin.*\n.*plumbline trust/u,
    );
    expect(await staged(git.repo)).toEqual([]);
    expect((await git.call("git_stage", { paths: ["b.txt"] })).error).toBeUndefined();
  });

  test("stores line ends as git does, and works where the lock is held only by saying so", async () => {
    await using git = await servedGit({ ".gitattributes": "* text=auto\n", "a.txt": "one\ntwo\n" });
    const { repo } = git;
    await repo.write({ "a.txt": "one\r\nTWO\r\n" });
    await writeFile(join(repo.root, ".git/index.lock"), "");
    expect((await git.call("git_stage", { paths: ["a.txt"] })).text).toMatch(
      /^conflict: another git process/u,
    );
    await rm(join(repo.root, ".git/index.lock"));
    expect((await git.call("git_stage", { paths: ["a.txt"] })).text).toBe("[staged 1 file]");
    expect(await repo.git("show", ":a.txt")).toBe("one\nTWO");
  });

  test("unstages: new, changed and deleted files come back to HEAD in the index alone", async () => {
    await using git = await servedGit({ "a.txt": "one\n", "gone.txt": "x\n" });
    const { repo } = git;
    await repo.write({ "a.txt": "two\n", "gone.txt": undefined, "new.txt": "n\n" });
    await repo.git("add", "--all");
    expect((await git.call("git_stage", { paths: ["a.txt"], unstage: true })).text).toBe("[unstaged 1 file]");
    expect((await git.call("git_stage", { paths: ["."], unstage: true })).text).toBe("[unstaged 2 files]");
    expect(await repo.git("status", "--short")).toBe(" M a.txt\n D gone.txt\n?? new.txt");
  });

  test.each(["sha1", "sha256"] as const)("works before the first commit, in %s", async (format) => {
    await using git = await servedGit();
    await rm(join(git.repo.root, ".git"), { recursive: true });
    const repo = await repository(git.ground, { format });
    await repo.write({ "a.txt": "one\n", "b.txt": "two\n" });
    expect((await git.call("git_stage", { paths: ["a.txt", "b.txt"] })).text).toBe("[staged 2 files]");
    expect((await git.call("git_stage", { paths: ["a.txt"], unstage: true })).text).toBe("[unstaged 1 file]");
    expect(await repo.git("status", "--short")).toBe("A  b.txt\n?? a.txt");
  });

  test("works in a linked worktree and takes a submodule's commit in", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    await repo.git("worktree", "add", "--quiet", "-b", "side", "side");
    await repo.write({ "side/a.txt": "two\n" });
    expect((await git.call("git_stage", { paths: ["side/a.txt"] })).text).toBe("[staged 1 file]");
    expect(await staged(repo)).toEqual([]);
    expect(await staged(repo.at("side"))).toEqual(["M a.txt"]);
    const inner = await repository(git.ground, { folder: "module" });
    await inner.commit("inside", { "f.txt": "f\n" });
    await repo.git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", "./module", "module");
    await repo.commit("with module");
    await inner.commit("more", { "f.txt": "g\n" });
    expect((await git.call("git_stage", { repo: "a.txt", paths: ["module"] })).text).toMatch(
      /^\[staged 1 file\]$/u,
    );
  });
});

describe("git_stage by hunks", () => {
  const OLD = "1\n2\n3\n4\n5\n6\n7\n8\n";

  test("stages exactly the lines of a range, and takes exactly them back", async () => {
    await using git = await servedGit({ "a.txt": OLD });
    const { repo } = git;
    await repo.write({ "a.txt": "1\nTWO\n3\n4\nnew\n5\n7\nEIGHT\n" });
    const stage = async (startLine: number, endLine: number, unstage = false) =>
      (await git.call("git_stage", { hunks: [{ path: "a.txt", startLine, endLine }], unstage })).text;
    expect(await stage(5, 5)).toBe("[staged 1 file]");
    expect(await repo.git("show", ":a.txt")).toBe("1\n2\n3\n4\nnew\n5\n6\n7\n8");
    expect(await stage(2, 3)).toBe("[staged 1 file]");
    expect(await stage(3, 4)).toMatch(
      /^not_found: no change of a\.txt lies in these lines\nhint: Its changed lines: 6, 8\./u,
    );
    expect(await stage(6, 6)).toBe("[staged 1 file]");
    expect(await repo.git("show", ":a.txt")).toBe("1\nTWO\n3\n4\nnew\n5\n7\n8");
    expect(await stage(2, 2, true)).toBe("[unstaged 1 file]");
    expect(await repo.git("show", ":a.txt")).toBe("1\n2\n3\n4\nnew\n5\n7\n8");
    expect(await repo.git("diff", "--stat", "--", "a.txt")).toContain("1 file changed");
    expect(await stage(9, 2)).toMatch(/^invalid_input: /u);
  });

  test("stages a part of a new file with its mode, and unstages all of it", async () => {
    await using git = await servedGit({ "a.txt": OLD, ".gitignore": "*.log\n" });
    const { repo } = git;
    await repo.write({
      "new.sh": "one\ntwo\nthree",
      "x.log": "x\n",
      ".env": "A=1\n",
      bin: Buffer.from([0, 10, 0]),
    });
    await chmod(join(repo.root, "new.sh"), 0o755);
    const stage = async (path: string, unstage = false) =>
      (await git.call("git_stage", { hunks: [{ path, startLine: 2, endLine: 3 }], unstage })).text;
    expect(await stage("new.sh")).toBe("[staged 1 file]");
    expect(await repo.git("ls-files", "--stage", "new.sh")).toMatch(/^100755 /u);
    expect(await repo.git("show", ":new.sh")).toBe("two\nthree");
    expect(
      (await git.call("git_stage", { hunks: [{ path: "new.sh", startLine: 1, endLine: 2 }], unstage: true }))
        .text,
    ).toMatch(/^\[unstaged 1 file\]$/u);
    expect(await stage("x.log")).toMatch(/^denied: git ignores/u);
    expect(await stage(".env")).toMatch(/^denied: \.env may hold secrets/u);
    expect(await stage("bin")).toMatch(/^invalid_input: bin has no lines/u);
    expect(await stage("gone.txt")).toMatch(/^not_found: /u);
  });

  test("counts lines as git stores them, whatever ends they have in the working tree", async () => {
    await using git = await servedGit({
      ".gitattributes": "*.txt text eol=crlf\n",
      "a.txt": "1\r\n2\r\n3\r\n",
    });
    await git.repo.write({ "a.txt": "ONE\r\n2\r\nTHREE\r\n" });
    await git.call("git_stage", { hunks: [{ path: "a.txt", startLine: 3, endLine: 3 }] });
    expect(await git.repo.git("show", ":a.txt")).toBe("1\n2\nTHREE");
  });

  test("any lines, one range after the other, come to the working file", async () => {
    await using git = await servedGit({ "a.txt": OLD });
    const { repo } = git;
    const lines = fc.array(fc.constantFrom("1", "2", "3", "4", "x", ""), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(lines, lines, fc.integer({ min: 1, max: 4 }), async (before, after, step) => {
        await repo.write({ "a.txt": `${before.join("\n")}\n` });
        await repo.git("add", "a.txt");
        await repo.write({ "a.txt": `${after.join("\n")}\n` });
        for (let startLine = 1; startLine <= after.length; startLine += step)
          await git.call("git_stage", {
            hunks: [{ path: "a.txt", startLine, endLine: startLine + step - 1 }],
          });
        expect(await repo.git("diff", "--", "a.txt")).toBe("");
      }),
      { numRuns: 12 },
    );
  });
});
