import { expect, test } from "vitest";
import { servedGit } from "../support/repository.ts";

const YES = { kind: "yes", lifetime: "once" } as const;

test("secrets are neither blamed nor found by their text", async () => {
  await using suite = await servedGit({ ".env": "KEY=hush\n", ".env.example": "KEY=hush\n", "a.txt": "x\n" });
  const { repo } = suite;
  expect((await suite.call("git_blame", { path: ".env" })).error).toBe("denied");
  expect((await suite.call("git_blame", { path: ".env", ref: "HEAD" })).error).toBe("denied");
  expect((await suite.call("git_blame", { path: ".env.example" })).text).toContain("KEY=hush");
  await repo.commit("only the secret", { ".env": "KEY=deeper\n", "sub/id_rsa": "KEY=deeper\n" });
  expect((await suite.call("git_log", { pickaxe: "KEY=deeper" })).text).toBe("[HEAD: no commit matches]");
  expect((await suite.call("git_log", { pickaxe: "KEY=hush" })).text).toContain("first");
});

test("reading needs no yes, deleting a branch does", async () => {
  await using suite = await servedGit({ "a.txt": "x\n" });
  const { repo } = suite;
  await repo.git("branch", "topic");
  for (const [name, input] of [
    ["git_status", {}],
    ["git_log", {}],
    ["git_blame", { path: "a.txt" }],
    ["git_branches", { action: "list" }],
    ["git_changelog", {}],
  ] as const)
    expect([name, (await suite.call(name, input)).error]).toEqual([name, undefined]);
  expect((await suite.call("git_branches", { action: "delete", name: "topic" })).error).toBe("denied");
  expect(await repo.git("branch", "--list", "topic")).toContain("topic");
  const { asked, error } = await suite.call("git_branches", { action: "delete", name: "topic" }, YES);
  expect([asked === undefined, error]).toEqual([false, undefined]);
  expect(await repo.git("branch", "--list", "topic")).toBe("");
});

test("with --read-only nothing is made", async () => {
  await using suite = await servedGit({ "a.txt": "x\n" }, { readOnly: true });
  expect((await suite.call("git_branches", { action: "list" })).error).toBeUndefined();
  expect((await suite.call("git_branches", { action: "create", name: "b" })).error).toBe("denied");
});
