import { chmod, mkdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository, servedGit, type ServedGit } from "../support/repository.ts";

const YES = { kind: "yes", lifetime: "once" } as const;

const restore = async (git: ServedGit, input: Record<string, unknown>): Promise<string> =>
  (await git.call("git_restore", input)).text;

function read(git: ServedGit, path: string): Promise<string> {
  return readFile(join(git.repo.root, path), "utf8");
}

function keptIn(text: string): string {
  return /kept: brought back by git_restore with ref ([0-9a-f]+)/u.exec(text)?.[1] ?? "";
}

describe("git_restore", () => {
  test("puts changed and deleted files back, leaves the rest, and what it overwrote comes back", async () => {
    await using git = await servedGit({
      "a.txt": "one\n",
      "dir/b.txt": "b\n",
      "dir/c.txt": "c\n",
      "other.txt": "o\n",
    });
    const { repo } = git;
    await repo.write({ "a.txt": "two\n", "dir/b.txt": undefined, "other.txt": "x\n", "dir/new.txt": "n\n" });
    const dry = await restore(git, { paths: ["a.txt", "dir"], dryRun: true });
    expect(dry).toBe("[would restore 2 files to the index]\nM a.txt\nA dir/b.txt");
    expect(await read(git, "a.txt")).toBe("two\n");
    const text = await restore(git, { paths: ["a.txt", "dir"] });
    expect(text).toMatch(
      /^\[restored 2 files to the index\]\nwhat was there is kept: .*\nM a\.txt\nA dir\/b\.txt$/u,
    );
    expect(await repo.git("status", "--short")).toBe(" M other.txt\n?? dir/new.txt");
    expect(await restore(git, { paths: ["a.txt", "dir"], ref: keptIn(text) })).toMatch(
      /^\[restored 2 files to /u,
    );
    expect(await repo.git("status", "--short")).toBe(" M a.txt\n D dir/b.txt\n M other.txt\n?? dir/new.txt");
    expect(await read(git, "a.txt")).toBe("two\n");
  });

  test("takes files from a commit: those that it has not go, and the index stays", async () => {
    await using git = await servedGit({ "a.txt": "one\n", "old.txt": "old\n", link: "text\n" });
    const { repo } = git;
    await rm(join(repo.root, "link"));
    await symlink("nowhere", join(repo.root, "link"));
    await repo.commit("second", { "a.txt": "two\n", "new.txt": "n\n", "old.txt": undefined });
    const text = await restore(git, { paths: ["."], ref: "HEAD~1" });
    expect(text).toMatch(/^\[restored 4 files to HEAD~1\]/u);
    expect(await repo.git("diff", "--stat", "HEAD~1", "--", "a.txt", "link")).toBe("");
    expect(await read(git, "old.txt")).toBe("old\n");
    expect(await repo.git("status", "--short")).toBe(" M a.txt\n T link\n D new.txt\n?? old.txt");
    await repo.git("reset", "--quiet", "--hard");
    expect(await readlink(join(repo.root, "link"))).toBe("nowhere");
  });

  test("puts the index back and leaves the working tree", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    await repo.commit("second", { "a.txt": "two\n" });
    await repo.write({ "a.txt": "three\n", "new.txt": "n\n" });
    await repo.git("add", "--all");
    expect(await restore(git, { paths: ["."], staged: true, dryRun: true })).toMatch(
      /^\[would put back 2 files/u,
    );
    expect(await restore(git, { paths: ["a.txt"], staged: true, ref: "HEAD~1" })).toBe(
      "[put back 1 file in the index to HEAD~1; the working tree is as it was]\na.txt",
    );
    expect(await repo.git("show", ":a.txt")).toBe("one");
    expect(await restore(git, { paths: ["."], staged: true })).toMatch(
      /^\[put back 2 files in the index to HEAD;/u,
    );
    expect(await repo.git("status", "--short")).toBe(" M a.txt\n?? new.txt");
  });

  test("never touches untracked files", async () => {
    await using git = await servedGit({ "a.txt": "one\n", "dir/b.txt": "b\n" });
    const { repo } = git;
    await repo.commit("without", { "a.txt": undefined, "dir/b.txt": undefined });
    await rm(join(repo.root, "dir"), { recursive: true });
    await repo.write({ "a.txt": "precious\n", dir: "precious too\n", "loose.txt": "l\n" });
    expect(await restore(git, { paths: ["."], ref: "HEAD~1" })).toMatch(
      /^conflict: untracked files are in the way: a\.txt, dir\n/u,
    );
    expect(await restore(git, { paths: ["loose.txt"] })).toMatch(
      /^not_found: git tracks nothing at loose\.txt/u,
    );
    expect(await restore(git, { paths: ["nothing"] })).toMatch(/^not_found: git tracks nothing at nothing/u);
    expect([await read(git, "a.txt"), await read(git, "dir")]).toEqual(["precious\n", "precious too\n"]);
    await rm(join(repo.root, "a.txt"));
    await rm(join(repo.root, "dir"));
    await repo.git("reset", "--quiet", "--hard", "HEAD~1");
    await rm(join(repo.root, "a.txt"));
    await repo.write({ "a.txt/inner": "precious\n" });
    expect(await restore(git, { paths: ["a.txt"] })).toMatch(
      /^conflict: untracked files are in the way: a\.txt\/inner/u,
    );
  });

  test("a folder that became a file and back follows the commit", async () => {
    await using git = await servedGit({ "x/y.txt": "y\n" });
    const { repo } = git;
    await rm(join(repo.root, "x"), { recursive: true });
    await repo.commit("file", { x: "file\n" });
    expect(await restore(git, { paths: ["x"], ref: "HEAD~1" })).toMatch(/^\[restored 2 files/u);
    expect(await read(git, "x/y.txt")).toBe("y\n");
    expect(await restore(git, { paths: ["x"] })).toMatch(
      /^(?:conflict: untracked files are in the way: x\/y\.txt)/u,
    );
  });

  test("conflicts need a ref, and what the file held is kept", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    await repo.branch("other", { "a.txt": "theirs\n" });
    await repo.git("switch", "--quiet", "main");
    await repo.commit("ours", { "a.txt": "ours\n" });
    await repo.git("merge", "other").catch(() => undefined);
    expect(await restore(git, { paths: ["a.txt"] })).toMatch(/^conflict: in conflict.*a\.txt\n.*MERGE_HEAD/u);
    const text = await restore(git, { paths: ["a.txt"], ref: "MERGE_HEAD" });
    expect(text).toMatch(
      /^\[restored 1 file to MERGE_HEAD\]\nwhat a\.txt held is kept as blob [0-9a-f]{40}: the person gets it by git cat-file blob\n/u,
    );
    expect(await read(git, "a.txt")).toBe("theirs\n");
    const blob = /blob ([0-9a-f]+)/u.exec(text)?.[1] ?? "";
    expect(await repo.git("cat-file", "blob", blob)).toContain("<<<<<<< HEAD\nours\n");
    expect(await repo.git("ls-files", "--unmerged")).not.toBe("");
  });

  test("asks before it replaces a protected file, and replaces it after a yes", async () => {
    await using git = await servedGit({ ".mcp.json": "{}\n", "a.txt": "one\n" });
    const { repo } = git;
    await repo.write({ ".mcp.json": "{ }\n", "a.txt": "two\n" });
    const refused = await git.call("git_restore", { paths: ["."] });
    expect([refused.error, refused.text]).toEqual([
      "denied",
      expect.stringContaining(".mcp.json") as unknown,
    ]);
    expect(await repo.git("status", "--short")).toBe(" M .mcp.json\n M a.txt");
    const asked = await git.call("git_restore", { paths: ["."] }, YES);
    expect(asked.asked?.message).toContain(".mcp.json");
    expect(asked.text).toMatch(/^\[restored 2 files/u);
    expect(await repo.git("status", "--short")).toBe("");
  });

  test("refuses to write files without their filter", async () => {
    await using git = await servedGit({ ".gitattributes": "*.bin filter=lfs\n", "a.bin": "one\n" });
    await git.repo.write({ "a.bin": "two\n" });
    expect(await restore(git, { paths: ["."] })).toMatch(/^denied: a filter .*a\.bin/u);
  });

  test.each(["sha1", "sha256"] as const)(
    "works before the first commit, with odd names and modes, in %s",
    async (format) => {
      await using git = await servedGit();
      await rm(join(git.repo.root, ".git"), { recursive: true });
      const repo = await repository(git.ground, { format });
      const odd = ':(exclude)*\n"ü';
      await repo.write({ [odd]: "one\n", "run.sh": "r\n" });
      await repo.git("add", "--all");
      await repo.write({ [odd]: "two\n" });
      await chmod(join(repo.root, "run.sh"), 0o755);
      expect(await restore(git, { paths: [odd, "run.sh"] })).toMatch(
        /^\[restored 2 files to the index\]\nwhat .* held is kept as blob/u,
      );
      expect(await read(git, odd)).toBe("one\n");
      expect(await repo.git("diff", "--stat")).toBe("");
      expect(await restore(git, { paths: ["run.sh"], staged: true })).toMatch(/^\[put back 1 file/u);
      expect(await repo.git("status", "--short", "run.sh")).toBe("?? run.sh");
    },
  );

  test("submodules stay as they are, and linked worktrees are worked in", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    const inner = await repository(git.ground, { folder: "module" });
    await inner.commit("inside", { "f.txt": "f\n" });
    await repo.git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", "./module", "module");
    await repo.commit("with module");
    const moved = await inner.commit("more", { "f.txt": "g\n" });
    expect(await restore(git, { repo: "a.txt", paths: ["module"] })).toBe(
      "[restored 0 files to the index]\nsubmodules, not entered: module",
    );
    expect(await inner.git("rev-parse", "HEAD")).toBe(moved);
    await repo.git("worktree", "add", "--quiet", "-b", "side", "side");
    await writeFile(join(repo.root, "side/a.txt"), "two\n");
    expect(await restore(git, { paths: ["side/a.txt"] })).toMatch(/^\[restored 1 file/u);
    expect(await read(git, "side/a.txt")).toBe("one\n");
  });

  test("line ends are written as attributes want them", async () => {
    await using git = await servedGit({ ".gitattributes": "*.txt text eol=crlf\n", "a.txt": "1\r\n2\r\n" });
    await mkdir(join(git.repo.root, "empty"));
    await git.repo.write({ "a.txt": "x\n" });
    await restore(git, { paths: ["a.txt"] });
    expect(await read(git, "a.txt")).toBe("1\r\n2\r\n");
  });

  test("a held lock of the index does not leave half of it", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    await git.repo.write({ "a.txt": "two\n" });
    await writeFile(join(git.repo.root, ".git/index.lock"), "");
    expect(await restore(git, { paths: ["a.txt"] })).toMatch(/^conflict: another git process/u);
    expect(await read(git, "a.txt")).toBe("two\n");
  });
});
