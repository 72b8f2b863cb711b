import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { OwnFolder } from "../../../shared/git/own-folder.ts";
import { Scope } from "../../../shared/scope.ts";
import { repository } from "../../support/repository.ts";
import { served } from "../../support/served.ts";
import { temporary } from "../../support/workspace.ts";

test("is private, the same while it stands, another when somebody removed it, and gone at the end", async () => {
  await using ground = await temporary();
  const scope = new Scope();
  const own = new OwnFolder(ground.root, scope);
  const first = own.path();
  expect(statSync(first).mode & 0o777).toBe(0o700);
  expect(own.path()).toBe(first);
  rmSync(first, { recursive: true });
  const second = own.path();
  expect([second === first, existsSync(second)]).toEqual([false, true]);
  await scope.close();
  expect(existsSync(second)).toBe(false);
});

test("removes what a process left that was killed, and nothing of one that lives", async () => {
  await using ground = await temporary();
  const dead = spawnSync("true").pid;
  const [left, lives] = [`${dead}-abc`, `${process.pid}-abc`].map((name) => join(ground.root, "git", name));
  for (const folder of [left, lives]) {
    mkdirSync(folder ?? "", { recursive: true });
    writeFileSync(join(folder ?? "", "config"), "");
  }
  const scope = new Scope();
  new OwnFolder(ground.root, scope).path();
  expect([left, lives].map((folder) => existsSync(folder ?? ""))).toEqual([false, true]);
  await scope.close();
});

test("no tool writes what git is given there, though the state lies in a root", async () => {
  await using ground = await temporary();
  const repo = await repository(ground);
  await repo.commit("first", { "a.txt": "a" });
  const all = dirname(ground.root);
  await using at = await served(ground, { roots: [all] });
  const path = join(all, "home/state/git/config");
  expect((await at.call("git_status", { repo: ground.root })).text).toContain("[main");
  expect(existsSync(dirname(path))).toBe(true);
  expect(await at.call("write_file", { path, content: "[core]" })).toMatchObject({ error: "denied" });
  expect(existsSync(path)).toBe(false);
});
