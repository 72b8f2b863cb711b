import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import gitServer from "../../servers/git/server.ts";
import { callable } from "../support/call-tool.ts";
import { hooked, on, teller, type Hooked } from "../support/hooked.ts";
import { repository, type Repository } from "../support/repository.ts";
import { temporary } from "../support/workspace.ts";

const ground = await temporary({ "sub/": "" });
const called = await callable(gitServer, { roots: [ground.root] });
afterAll(async () => {
  await called[Symbol.asyncDispose]();
  await ground[Symbol.asyncDispose]();
});

/** The command lines as which hooks see a call, and the files that it edits. */
async function seenAs(name: string, given: object): Promise<unknown[]> {
  const endpoint = called.endpoints.find(({ tool }) => tool.name === name);
  const input = endpoint?.tool.input.parse(given);
  const views = await endpoint?.tool.views.of(input, { signal: new AbortController().signal });
  return (views ?? []).map((view) => view.input["command"] ?? view.path);
}

test.each([
  ["git_status", {}, "git status"],
  ["git_status", { untracked: false, paths: ["a b"] }, "git status --untracked-files=no -- 'a b'"],
  ["git_diff", { staged: true, from: "main" }, "git diff --staged main"],
  ["git_diff", { files: ["a", "-b"] }, "git diff --no-index a ./-b"],
  ["git_log", { range: "v1..HEAD", pickaxe: "x'y" }, String.raw`git log -S 'x'\''y' v1..HEAD`],
  ["git_show", {}, "git show HEAD"],
  ["git_show", { ref: "v1", path: "src/a.ts" }, "git show v1:src/a.ts"],
  ["git_blame", { path: "a.ts" }, "git blame -- a.ts"],
  ["git_changelog", { from: "v1" }, "git log v1..HEAD"],
  ["git_stage", { paths: ["."] }, "git add ."],
  ["git_stage", { hunks: [{ path: "a", startLine: 1, endLine: 2 }] }, "git add --patch a"],
  ["git_stage", { paths: ["a"], unstage: true }, "git restore --staged a"],
  ["git_commit", { message: "fix: it's\n\nwhy" }, "git commit -m 'fix: it'\\''s\n\nwhy'"],
  ["git_commit", { amend: true, all: true }, "git commit --amend --all --no-edit"],
  ["git_switch", { create: "x", ref: "main" }, "git switch -c x main"],
  ["git_merge", { action: "merge", refs: ["work"], ff: "never" }, "git merge --no-ff work"],
  [
    "git_merge",
    { action: "cherry-pick", refs: ["a", "b"], commit: false },
    "git cherry-pick --no-commit a b",
  ],
  ["git_merge", { action: "abort" }, "git merge --abort"],
  ["git_restore", { paths: ["a"], staged: true }, "git restore --staged a"],
  ["git_stash", { action: "push", untracked: true, paths: ["a"] }, "git stash push --include-untracked -- a"],
  ["git_stash", { action: "pop" }, "git stash pop stash@{0}"],
  ["git_worktree", { action: "add", path: "../w", create: "x" }, "git worktree add -b x ../w"],
  ["git_branches", { action: "list" }, "git branch --list"],
  ["git_branches", { action: "delete", name: "x", force: true }, "git branch -D x"],
  ["git_branches", { action: "create", kind: "tag", name: "v1", message: "one" }, "git tag -m one v1"],
  ["git_fetch", { prune: true }, "git fetch --prune origin"],
  ["git_push", {}, "git push origin"],
  ["git_push", { ref: "main", to: "dev", force: true }, "git push --force origin main:dev"],
])("%s %j is seen as %s", async (name, input, command) => {
  expect((await seenAs(name, input)).map((line) => String(line).replace("'stash@{0}'", "stash@{0}"))).toEqual(
    [command],
  );
});

test("a call for a repository elsewhere is a command there, with absolute paths", async () => {
  const sub = join(ground.root, "sub");
  expect(await seenAs("git_push", { repo: "sub" })).toEqual([`cd ${sub} && git push origin`]);
  expect(await seenAs("git_stage", { repo: "sub", paths: ["sub/a"] })).toEqual([
    `cd ${sub} && git add ${sub}/a`,
  ]);
});

test("a comparison of texts is no command", async () => {
  expect(await seenAs("git_diff", { texts: ["a", "b"] })).toEqual([]);
});

/** A repository with hooks around it, both of the same person. */
async function hookedGit(
  hooks: NonNullable<Parameters<typeof hooked>[0]>["home"],
): Promise<Hooked & { repo: Repository }> {
  const here = await hooked({
    files: { "a.txt": "one\n", "b/c.txt": "one\n" },
    ...(hooks === undefined ? {} : { home: hooks }),
  });
  const repo = await repository(here);
  await repo.commit("first");
  return { ...here, repo };
}

const DENY = "echo 'not from here' >&2; exit 2";

describe("a hook that was written for git in a shell", () => {
  test("closes git_push, and no other tool", async () => {
    await using here = await hookedGit({ PreToolUse: [on("Bash", DENY, { if: "Bash(git push:*)" })] });
    expect((await here.call("git_status", {})).error).toBeUndefined();
    const denied = await here.call("git_push", { ref: "main" });
    expect(denied).toMatchObject({
      error: "denied",
      text: expect.stringContaining("not from here") as unknown,
    });
  });

  test("finds the command in a script of its own, whatever the message holds", async () => {
    const guard = `grep -q '"command":"git commit' && { ${DENY}; }; exit 0`;
    await using here = await hookedGit({ PreToolUse: [on("Bash", guard)] });
    const denied = await here.call("git_commit", { message: "a; $(b)\n\n`c`", allowEmpty: true });
    expect(denied.error).toBe("denied");
    expect(await here.repo.git("rev-list", "--count", "HEAD")).toBe("1");
    expect((await here.call("git_switch", { create: "x" })).error).toBeUndefined();
  });

  test("by a rule, finds a commit with such a message", async () => {
    await using here = await hookedGit({ PreToolUse: [on("Bash", DENY, { if: "Bash(git commit *)" })] });
    const message = "fix: 'one' \"two\" $x\n\n`c` && git push";
    expect((await here.call("git_commit", { message, allowEmpty: true })).error).toBe("denied");
    expect((await here.call("git_switch", { create: "git commit" })).error).toBe("invalid_input");
  });

  test("hears what the command printed", async () => {
    await using here = await hookedGit({ PostToolUse: [on("Bash", teller())] });
    await here.call("git_switch", { create: "x" });
    expect(await here.told()).toMatchObject([
      {
        tool_name: "Bash",
        tool_input: { command: "git switch -c x" },
        tool_response: { stdout: expect.stringMatching(/^\[on x/u) as unknown },
      },
    ]);
  });

  test("denies a call by wanting another command, and not by repeating it", async () => {
    const wanting = (command: string): string =>
      `echo '${JSON.stringify({ hookSpecificOutput: { hookEventName: "PreToolUse", updatedInput: { command } } })}'`;
    await using same = await hookedGit({ PreToolUse: [on("Bash", wanting("git status"))] });
    expect((await same.call("git_status", {})).error).toBeUndefined();
    expect((await same.call("git_log", {})).error).toBe("denied");
  });
});

test("a hook for the names of git tools gets our own arguments, once", async () => {
  await using here = await hookedGit({ PreToolUse: [on("mcp__plumbline__git_.*", teller())] });
  await here.call("git_restore", { paths: ["a.txt", "b"] });
  expect(await here.told()).toMatchObject([
    { tool_name: "mcp__git__git_restore", tool_input: { paths: ["a.txt", "b"] } },
  ]);
});

test("a guard of edits sees each file that a restore would change, and none that a switch does", async () => {
  await using here = await hookedGit({ PreToolUse: [on("Write|Edit", teller())] });
  await here.repo.write({ "a.txt": "two\n", "b/c.txt": "two\n" });
  await here.call("git_restore", { paths: ["."], dryRun: true });
  expect(await here.told()).toEqual([]);
  const restored = await here.call("git_restore", { paths: ["."] });
  expect(restored.error).toBeUndefined();
  const files = (await here.told()).map(({ tool_input }) => tool_input.file_path?.replace(here.root, ""));
  expect(new Set(files)).toEqual(new Set(["/a.txt", "/b/c.txt"]));
  await here.repo.branch("x", { "a.txt": "three\n" });
  expect((await here.call("git_switch", { ref: "main" })).error).toBeUndefined();
  expect(await here.told()).toHaveLength(2);
});

test("a restore of more files than hooks are shown is asked about", async () => {
  await using here = await hookedGit({ PreToolUse: [on("Edit", "true")] });
  const names = Array.from({ length: 203 }, (_, index) => `many/${index}.txt`);
  await here.repo.commit("many", Object.fromEntries(names.map((name) => [name, "one\n"])));
  await here.repo.write(Object.fromEntries(names.map((name) => [name, "two\n"])));
  const asked = await here.call("git_restore", { paths: ["many"] });
  expect(asked).toMatchObject({
    error: "denied",
    text: expect.stringContaining("3 or more further files") as unknown,
  });
}, 60_000);
