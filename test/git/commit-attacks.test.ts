import { chmod, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { servedGit, type ServedGit } from "../support/repository.ts";

const YES = { kind: "yes", lifetime: "once" } as const;

/** A repository that would run a program at every turn if git believed it. */
async function hostile(git: ServedGit): Promise<string> {
  const { repo } = git;
  const trap = join(repo.root, ".git/trap.sh");
  const mark = join(git.ground.outside, "ran");
  await writeFile(trap, `#!/bin/sh\necho "$0 $*" >> ${mark}\ncat\n`);
  await chmod(trap, 0o755);
  const hooks = [
    "pre-commit",
    "commit-msg",
    "prepare-commit-msg",
    "post-commit",
    "post-checkout",
    "post-index-change",
  ];
  for (const name of [...hooks, "reference-transaction", "post-rewrite", "pre-auto-gc"]) {
    await repo.write({ [`.git/hooks/${name}`]: `#!/bin/sh\n${trap} ${name} < /dev/null\n` });
    await chmod(join(repo.root, ".git/hooks", name), 0o755);
  }
  const settings = {
    "core.fsmonitor": trap,
    "core.editor": trap,
    "core.pager": trap,
    "diff.external": trap,
    "gpg.program": trap,
    "commit.gpgsign": "true",
    "filter.x.clean": trap,
    "filter.x.smudge": trap,
    "filter.x.process": trap,
    "diff.y.textconv": trap,
    "diff.y.command": trap,
    "merge.z.driver": `${trap} %A`,
    "alias.stash": `!${trap}`,
    "commit.template": trap,
    "core.attributesfile": join(repo.root, "attributes"),
  };
  const lines = Object.entries(settings).map(([key, value]) => {
    const [section = "", ...rest] = key.split(".");
    const name = rest.pop() ?? "";
    const sub = rest.length === 0 ? "" : ` "${rest.join(".")}"`;
    return `[${section}${sub}]\n\t${name} = ${JSON.stringify(value)}\n`;
  });
  await writeFile(
    join(repo.root, ".git/config"),
    (await readFile(join(repo.root, ".git/config"), "utf8")) + lines.join(""),
  );
  await repo.write({
    ".gitattributes": "*.txt diff=y merge=z\n*.bin filter=x\n",
    attributes: "*.md filter=x\n",
  });
  return mark;
}

async function ran(mark: string): Promise<string> {
  return await readFile(mark, "utf8").catch(() => "");
}

describe("a hostile repository", () => {
  test("runs nothing on any call that stages, commits, restores or stashes", async () => {
    await using git = await servedGit({ "a.txt": "1\n2\n3\n", "b.md": "b\n", "c.bin": "c\n" });
    const { repo } = git;
    const mark = await hostile(git);
    const calls: [string, Record<string, unknown>][] = [
      ["git_stage", { paths: ["a.txt"] }],
      ["git_stage", { paths: ["a.txt"], unstage: true }],
      ["git_stage", { hunks: [{ path: "a.txt", startLine: 1, endLine: 1 }] }],
      ["git_stage", { hunks: [{ path: "a.txt", startLine: 1, endLine: 1 }], unstage: true }],
      ["git_stage", { paths: ["."] }],
      ["git_commit", { message: "m", all: true }],
      ["git_commit", { amend: true, allowEmpty: true }],
      ["git_restore", { paths: ["."], dryRun: true }],
      ["git_restore", { paths: ["a.txt", "b.md"], ref: "HEAD~1" }],
      ["git_restore", { paths: ["a.txt"], staged: true }],
      ["git_stash", { action: "push", untracked: true }],
      ["git_stash", { action: "show" }],
      ["git_stash", { action: "apply" }],
      ["git_restore", { paths: ["."] }],
      ["git_stash", { action: "push" }],
      ["git_stash", { action: "pop" }],
      ["git_stash", { action: "drop" }],
    ];
    for (const [name, input] of calls) {
      if (input["action"] !== "apply" && input["action"] !== "pop")
        await repo.write({
          "a.txt": `${String(Math.random())}\n2\nx\n`,
          "b.md": `${String(Math.random())}\n`,
        });
      await git.call(name, input, YES);
      expect([name, input, await ran(mark)]).toEqual([name, input, ""]);
    }
  });

  test("takes no text of a caller for an option", async () => {
    await using git = await servedGit({ "a.txt": "one\n", "--output=x": "two\n" });
    const { repo } = git;
    await repo.write({ "a.txt": "changed\n", "--output=x": "changed\n" });
    for (const ref of [
      "--output=x",
      "-p",
      "HEAD --",
      "HEAD..",
      ":/first",
      "HEAD:a.txt",
      "@{-1}@{u}; touch x",
    ]) {
      const { error } = await git.call("git_restore", { paths: ["a.txt"], ref });
      expect([ref, error]).toEqual([ref, expect.stringMatching(/invalid_input|not_found/u) as unknown]);
    }
    expect((await git.call("git_stage", { paths: ["--output=x"] })).error).toBeUndefined();
    expect((await git.call("git_commit", { message: "--amend\n--all" })).error).toBeUndefined();
    expect(await repo.git("log", "--format=%s", "-1")).toBe("--amend --all");
    expect((await git.call("git_stash", { action: "push", message: "--all" })).error).toBeUndefined();
    expect((await readdir(repo.root)).toSorted()).toEqual(["--output=x", ".git", "a.txt"]);
  });

  test("does not lead out of the roots by links", async () => {
    await using git = await servedGit({ "dir/a.txt": "one\n", "b.txt": "b\n" });
    const { repo, ground } = git;
    await rm(join(repo.root, "dir"), { recursive: true });
    await symlink(ground.outside, join(repo.root, "dir"));
    await writeFile(join(ground.outside, "a.txt"), "outside\n");
    for (const [name, input] of [
      ["git_stage", { paths: ["dir/a.txt"] }],
      ["git_stage", { hunks: [{ path: "dir/a.txt", startLine: 1, endLine: 1 }] }],
      ["git_restore", { paths: ["dir/a.txt"] }],
      ["git_restore", { paths: ["."] }],
      ["git_stash", { action: "push" }],
      ["git_stash", { action: "pop" }],
    ] as const) {
      const { text } = await git.call(name, input, YES);
      expect(text).not.toContain("outside\n");
      expect([name, await readFile(join(ground.outside, "a.txt"), "utf8")]).toEqual([name, "outside\n"]);
      expect(await repo.git("log", "--all", "--format=", "-p")).not.toContain("outside");
    }
  });
});
