import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Git } from "../../../shared/git/git.ts";
import { worktreesOf, type Worktree } from "../../../shared/git/worktrees.ts";
import { RepositoryTrust } from "../../../shared/policy/repository-trust.ts";
import { moduleHistory } from "../../support/histories.ts";
import { repository, type Repository } from "../../support/repository.ts";
import { opened, type OpenedWorkspace } from "../../support/workspace.ts";

const signal = new AbortController().signal;

async function listed(ground: OpenedWorkspace, at = "."): Promise<Worktree[]> {
  const home = join(ground.root, "../home");
  const trust = new RepositoryTrust(join(ground.root, "../state"));
  const git = new Git({
    workspace: ground.workspace,
    home,
    trust,
    stateFolder: join(home, "state"),
    scope: ground.scope,
  });
  return await worktreesOf(git.files(signal), await git.open(at, signal));
}

/** As real git lists them: path, and branch or hash. */
async function reference(repo: Repository): Promise<Record<string, string>> {
  const text = await repo.git("worktree", "list", "--porcelain");
  const blocks = text.split("\n\n").map((block) => block.split("\n"));
  return Object.fromEntries(
    blocks.map((lines) => {
      const fact = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
      const where =
        fact("branch")?.replace("refs/heads/", "") ?? (lines.includes("bare") ? "bare" : fact("HEAD"));
      return [fact("worktree") ?? "", where ?? ""];
    }),
  );
}

const told = (trees: readonly Worktree[]): Record<string, string> =>
  Object.fromEntries(
    trees.map(({ path, bare, branch, hash }) => [path, bare ? "bare" : (branch ?? hash ?? "")]),
  );

test("the main and all linked work trees are told as git tells them, from each of them", async () => {
  await using ground = await opened();
  const repo = await repository(ground, { folder: "main" });
  await repo.commit("first", { "a.txt": "one\n" });
  await repo.git("worktree", "add", "--quiet", "-b", "topic", "../linked");
  await repo.git("worktree", "add", "--quiet", "--detach", "../off");
  await repo.git("worktree", "lock", "--reason", "on a stick", "../off");
  for (const at of ["main", "linked", "off"])
    expect(told(await listed(ground, at))).toEqual(await reference(repo));
  const [main, linked, off] = await listed(ground, "linked");
  expect([main?.id, linked?.id, off?.id]).toEqual([undefined, "linked", "off"]);
  expect([linked?.locked, off?.locked]).toEqual([undefined, "on a stick"]);
  await rm(join(ground.root, "linked"), { recursive: true });
  expect((await listed(ground, "main")).map(({ gone }) => gone)).toEqual([false, true, false]);
});

test("a work tree outside the roots is not looked at", async () => {
  await using ground = await opened();
  const repo = await repository(ground);
  await repo.commit("first", { "a.txt": "one\n" });
  await repo.git("worktree", "add", "--quiet", "-b", "there", join(ground.outside, "linked"));
  const [, there] = await listed(ground);
  expect([there?.inside, there?.gone, there?.branch]).toEqual([false, false, "there"]);
  await rm(join(ground.outside, "linked"), { recursive: true });
  expect((await listed(ground)).slice(1)).toEqual([there]);
});

test("a bare repository has no main work tree", async () => {
  await using ground = await opened();
  const source = await repository(ground, { folder: "source" });
  await source.commit("first", { "a.txt": "one\n" });
  await source.git("clone", "--quiet", "--bare", ".", "../bare.git");
  const bare = source.at("../bare.git");
  await bare.git("worktree", "add", "--quiet", "-b", "topic", "../tree");
  for (const at of ["bare.git", "tree"])
    expect(told(await listed(ground, at))).toEqual(await reference(bare));
});

test("a submodule's own work tree is its main one", async () => {
  await using ground = await opened();
  const { repo, modules } = await moduleHistory(ground);
  const [main] = await listed(ground, `super/${modules.moved.path}`);
  expect(main?.path).toBe(join(repo.root, modules.moved.path));
});

test("branches that a rebase or a bisect comes back to are held", async () => {
  await using ground = await opened();
  const repo = await repository(ground);
  await repo.commit("first", { "a.txt": "one\n" });
  await repo.branch("topic", { "a.txt": "theirs\n" });
  await repo.git("switch", "--quiet", "main");
  await repo.commit("ours", { "a.txt": "ours\n" });
  await repo.git("switch", "--quiet", "topic");
  await expect(repo.git("rebase", "main")).rejects.toThrow("CONFLICT");
  expect((await listed(ground)).map(({ branch, held }) => [branch, held])).toEqual([[undefined, ["topic"]]]);
  await repo.git("rebase", "--abort");
  await repo.git("bisect", "start", "topic", "main~1");
  expect((await listed(ground))[0]?.held).toEqual(["topic"]);
});

test("what somebody wrote into git's files is no name of a branch", async () => {
  await using ground = await opened();
  const repo = await repository(ground);
  await repo.commit("first", { "a.txt": "one\n" });
  await repo.git("worktree", "add", "--quiet", "--detach", "linked");
  const own = join(ground.root, ".git/worktrees/linked");
  for (const head of ["ref: --force", "ref: refs/heads/../../x", "ref: refs/heads/a b", "nonsense", ""]) {
    await writeFile(join(own, "HEAD"), `${head}\n`);
    const [, linked] = await listed(ground);
    expect([head, linked?.branch, linked?.hash]).toEqual([head, undefined, undefined]);
  }
  await writeFile(join(own, "gitdir"), "x\0y\n");
  expect(await listed(ground)).toHaveLength(1);
});
