import { chmod, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository, servedGit, type Repository, type ServedGit } from "../support/repository.ts";
import { trusting } from "./trusting.ts";

async function hook(repo: Repository, name: string, body: string): Promise<void> {
  const path = join(repo.root, ".git/hooks", name);
  await repo.write({ [`.git/hooks/${name}`]: `#!/bin/sh\n${body}\n` });
  await chmod(path, 0o755);
}

const commit = async (git: ServedGit, input: Record<string, unknown>): Promise<string> =>
  (await git.call("git_commit", input)).text;

describe("git_commit", () => {
  test("commits what is staged under the person's name and says what it holds", async () => {
    await using git = await servedGit({ "a.txt": "one\n", "b.txt": "b\n" });
    const { repo } = git;
    await repo.write({ "a.txt": "two\nthree\n", "new.txt": "n\n", "b.txt": "changed\n" });
    await repo.git("add", "a.txt", "new.txt");
    const message = "subject\n\n# not a comment\n  indented  \n\n\nlast";
    const text = await commit(git, { message });
    const hash = await repo.git("rev-parse", "HEAD");
    expect(text).toBe(`[${hash.slice(0, 10)} main: 2 files, +3 -1]`);
    expect(await repo.git("log", "-1", "--format=%an <%ae>%n%cn%n%B")).toBe(
      `Ada Lovelace <ada@example.com>\nAda Lovelace\n${message}\n`,
    );
    expect(await repo.git("status", "--short")).toBe(" M b.txt");
  });

  test("makes the first commit, and one on a detached HEAD, in SHA-256 too", async () => {
    await using git = await servedGit();
    await rm(join(git.repo.root, ".git"), { recursive: true });
    const repo = await repository(git.ground, { format: "sha256" });
    await repo.write({ "a.txt": "one\n" });
    expect(await commit(git, { message: "m", amend: true })).toMatch(/^conflict: there is no commit yet/u);
    await repo.git("add", "a.txt");
    expect(await commit(git, { message: "m" })).toMatch(
      /^\[[0-9a-f]{10} main: 1 file, \+1 -0; the first commit\]$/u,
    );
    await repo.git("switch", "--quiet", "--detach");
    expect(await commit(git, { message: "m", allowEmpty: true })).toMatch(/^\[[0-9a-f]{10} detached HEAD: /u);
  });

  test("never makes an empty commit by accident, and says what is there", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    const before = await repo.git("rev-parse", "HEAD");
    expect(await commit(git, { message: "m" })).toBe(
      "conflict: nothing is staged: there is nothing to commit\nhint: Nothing has changed either. allowEmpty makes an empty commit.",
    );
    await repo.write({ "a.txt": "two\n", "new.txt": "n\n" });
    expect(await commit(git, { message: "m" })).toContain(
      "hint: Changed: a.txt. Untracked: new.txt. git_stage what should go in.",
    );
    expect(await commit(git, { message: " \n" })).toMatch(/^invalid_input: the message is empty/u);
    expect(await commit(git, {})).toMatch(/^invalid_input: a commit needs a message/u);
    expect(await repo.git("rev-parse", "HEAD")).toBe(before);
    expect(await commit(git, { message: "m", allowEmpty: true })).toMatch(/main: /u);
    await repo.git("commit", "--quiet", "--all", "-m", "change");
    await repo.git("reset", "--quiet", "HEAD~1", "--", ".");
    expect(await commit(git, { amend: true })).toMatch(/^conflict: the amended commit would hold no change/u);
  });

  test("takes all tracked changes but secrets, which stay as they are", async () => {
    await using git = await servedGit({ "a.txt": "one\n", ".env": "A=1\n", "gone.txt": "g\n" });
    const { repo } = git;
    await repo.write({ "a.txt": "two\n", ".env": "A=2\n", "gone.txt": undefined, "new.txt": "n\n" });
    expect(await commit(git, { message: "m", all: true })).toMatch(
      /^\[\w+ main: 2 files, \+1 -2\]\nleft out, may hold secrets: \.env$/u,
    );
    expect(await repo.git("status", "--short")).toBe(" M .env\n?? new.txt");
    expect(await commit(git, { message: "m", all: true })).toMatch(/^conflict: nothing is staged/u);
  });

  test("refuses all when a filter belongs to a file", async () => {
    await using git = await servedGit({ "a.bin": "one\n", ".gitattributes": "*.bin filter=lfs\n" });
    await git.repo.write({ "a.bin": "two\n" });
    expect(await commit(git, { message: "m", all: true })).toMatch(/^denied: a filter .*a\.bin/u);
  });

  test("amends, keeps the message when none is given, and warns of what is upstream already", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    await repo.commit("second\n\nwith a body", { "b.txt": "b\n" });
    await repo.write({ "a.txt": "two\n" });
    await repo.git("add", "a.txt");
    expect(await commit(git, { amend: true })).toMatch(/^\[\w+ main: 2 files, \+2 -1\]$/u);
    expect(await repo.git("log", "-1", "--format=%B")).toBe("second\n\nwith a body\n");
    const old = await repo.git("rev-parse", "HEAD");
    await repo.git("update-ref", "refs/remotes/origin/main", old);
    await repo.git("config", "remote.origin.url", "https://example.com/x");
    await repo.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
    await repo.git("config", "branch.main.remote", "origin");
    await repo.git("config", "branch.main.merge", "refs/heads/main");
    expect(await commit(git, { amend: true, message: "other" })).toContain(
      `\nwarning: ${old.slice(0, 10)}, which this replaces, is upstream already`,
    );
  });

  test("without an identity it names the commands, and nothing is made up", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    await writeFile(join(dirname(repo.root), "home/.gitconfig"), "");
    const saved = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "EMAIL"].filter(
      (name) => process.env[name] !== undefined,
    );
    expect(saved).toEqual([]);
    await repo.write({ "a.txt": "two\n" });
    expect(await commit(git, { message: "m", all: true })).toMatch(
      /^unavailable: git does not know who commits\nhint: .*user\.name.*user\.email/u,
    );
    expect(await repo.git("status", "--short")).toBe(" M a.txt");
  });

  test("concludes a merge with git's own message or ours, and refuses conflicts", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    await repo.branch("other", { "a.txt": "theirs\n" });
    await repo.git("switch", "--quiet", "main");
    await repo.commit("ours", { "a.txt": "ours\n" });
    await repo.git("merge", "other").catch(() => undefined);
    expect(await commit(git, { message: "m" })).toMatch(
      /^conflict: (?:files are in conflict: a\.txt|a merge is not finished)/u,
    );
    expect(await commit(git, { message: "m", all: true })).toMatch(
      /^conflict: files are in conflict: a\.txt/u,
    );
    await repo.write({ "a.txt": "both\n" });
    await repo.git("add", "a.txt");
    expect(await commit(git, { amend: true })).toMatch(/^conflict: a merge is under way/u);
    expect(await commit(git, {})).toMatch(/^\[\w+ main: merge concluded\]$/u);
    expect(await repo.git("log", "-1", "--format=%s %P")).toMatch(/^Merge branch 'other' \w+ \w+$/u);
  });

  test("a commit by another process in the meantime is a conflict, and ours is not made", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    const other = 'git update-ref HEAD "$(git commit-tree HEAD^{tree} -p HEAD -m other)"';
    await hook(repo, "pre-commit", other);
    await trusting(repo);
    await repo.write({ "a.txt": "two\n" });
    expect(await commit(git, { message: "m", all: true })).toMatch(
      /^conflict: another process committed here/u,
    );
    expect(await repo.git("log", "-1", "--format=%s")).toBe("other");
    expect(await repo.git("status", "--short")).toBe(" M a.txt");
  });

  test("refuses a repository that stands where a file was", async () => {
    await using git = await servedGit({ "a.txt": "one\n", inner: "file\n" });
    await rm(join(git.repo.root, "inner"));
    const inner = await repository(git.ground, { folder: "inner" });
    await inner.commit("inside", { "f.txt": "f\n" });
    expect(await commit(git, { repo: "a.txt", message: "m", all: true })).toMatch(
      /^denied: inner is a repository of its own/u,
    );
    expect((await git.call("git_stage", { repo: "a.txt", paths: ["inner"] })).text).toMatch(
      /^denied: inner is a repository/u,
    );
  });

  test("a lock that is held is told, and nothing has changed", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    await git.repo.write({ "a.txt": "two\n" });
    await writeFile(join(git.repo.root, ".git/index.lock"), "");
    expect(await commit(git, { message: "m", all: true })).toMatch(/^conflict: another git process/u);
    await rm(join(git.repo.root, ".git/index.lock"));
    expect(await git.repo.git("status", "--short")).toBe(" M a.txt");
  });

  test("commits in a linked worktree on its own branch", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    await git.repo.git("worktree", "add", "--quiet", "-b", "side", "side");
    await git.repo.write({ "side/a.txt": "two\n" });
    expect(await commit(git, { repo: "side", message: "m", all: true })).toMatch(
      /^\[\w+ side: 1 file, \+1 -1\]$/u,
    );
  });
});

describe("hooks of a commit", () => {
  test("do not run until somebody trusts the repository, and are named", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    await hook(repo, "pre-commit", "touch ran; exit 1");
    await hook(repo, "pre-push", "exit 1");
    await repo.git("config", "commit.gpgsign", "true");
    await repo.write({ "a.txt": "two\n" });
    expect(await commit(git, { message: "m", all: true })).toMatch(
      /^\[\w+ main: 1 file, \+1 -1\]\nnot run, since nobody trusted this repository: hook pre-commit, signing$/u,
    );
    expect(await repo.git("status", "--short")).toBe("");
  });

  test("run in a trusted one: what fails is told as foreign, and nothing is committed", async () => {
    await using git = await servedGit({ "a.txt": "one\n" });
    const { repo } = git;
    const before = await repo.git("rev-parse", "HEAD");
    await hook(repo, "pre-commit", "echo 'line too long' >&2; exit 1");
    await trusting(repo);
    await repo.write({ "a.txt": "two\n" });
    expect(await commit(git, { message: "m", all: true })).toMatch(
      /^external: a hook refused the commit; nothing was committed\nhint: .*\ndetails \(not ours, untrusted\):\nline too long/u,
    );
    expect([await repo.git("rev-parse", "HEAD"), await repo.git("status", "--short")]).toEqual([
      before,
      " M a.txt",
    ]);
  });

  test("what a hook changes is told", async () => {
    await using git = await servedGit({ "a.txt": "one\n", "b.txt": "b\n" });
    const { repo } = git;
    await hook(repo, "pre-commit", "echo formatted > a.txt; git add a.txt; echo x >> b.txt");
    await trusting(repo);
    await repo.write({ "a.txt": "two\n" });
    await repo.git("add", "a.txt");
    expect(await commit(git, { message: "m" })).toMatch(
      /^\[\w+ main: 1 file, \+1 -1\]\na hook changed what was committed\nhooks changed files, not committed: b\.txt$/u,
    );
  });
});

test("a message is UTF-8 and says so, whatever the repository's settings say of it", async () => {
  await using at = await servedGit({ "a.txt": "a" });
  await at.repo.git("config", "i18n.commitEncoding", "ISO-8859-1");
  await at.repo.write({ "a.txt": "b" });
  await at.repo.git("add", "a.txt");
  await at.call("git_commit", { message: "grüße" });
  const raw = (await at.repo.bytes(["cat-file", "commit", "HEAD"])).toString("utf8");
  expect(raw).toContain("grüße");
  expect(raw).not.toContain("encoding");
  expect((await at.call("git_log", { limit: 1 })).text).toContain("grüße");
});
