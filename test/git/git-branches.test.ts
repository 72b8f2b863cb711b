import { expect, test } from "vitest";
import { gitCalled } from "../support/git-called.ts";

test("branches are listed newest first, with what they follow and where they are checked out", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  const { repo } = at;
  await repo.git("branch", "old");
  await repo.git("update-ref", "refs/remotes/origin/topic", "HEAD");
  await repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/topic");
  await repo.branch("topic", { "a.txt": "two\n" });
  await repo.git("config", "remote.origin.url", "https://example.com/x.git");
  await repo.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
  await repo.git("config", "branch.topic.remote", "origin");
  await repo.git("config", "branch.topic.merge", "refs/heads/topic");
  await repo.git("worktree", "add", "--quiet", "linked", "old");
  const short = async (name: string): Promise<string> => (await repo.git("rev-parse", name)).slice(0, 10);
  const { header, lines } = await at.ask("git_branches", { action: "list" });
  expect(header).toBe("[3 branches, newest first; on topic]");
  expect(lines).toEqual([
    `* topic ${await short("topic")} 2023-11-14 [origin/topic ahead 1] work on topic`,
    `main ${await short("main")} 2023-11-14 first`,
    `+ old ${await short("old")} 2023-11-14 first`,
  ]);
  expect(await at.ask("git_branches", { action: "list", kind: "remote" })).toEqual({
    header: "[1 remote branch]",
    lines: [`origin/topic ${await short("main")} 2023-11-14 first`],
  });
  const linked = await at.ask("git_branches", { action: "list", repo: "linked" });
  expect(linked.lines.map((line) => line.split(" ", 2).join(" "))).toEqual([
    "+ topic",
    `main ${await short("main")}`,
    "* old",
  ]);
});

test("tags are listed by what they point to, an annotated one with its own message", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  await at.repo.git("tag", "light");
  await at.repo.git("tag", "-a", "-m", "The first release\n\nmore", "v1");
  const hash = (await at.repo.git("rev-parse", "HEAD")).slice(0, 10);
  expect(await at.ask("git_branches", { action: "list", kind: "tag" })).toEqual({
    header: "[2 tags, newest first]",
    lines: [`light ${hash} 2023-11-14 first`, `v1 ${hash} 2023-11-14 The first release`],
  });
});

test("a long list goes on with a cursor", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  for (let each = 0; each < 7; each++) await at.repo.git("branch", `b${each}`);
  const names: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 3; page++) {
    const input = { action: "list", limit: 3, ...(cursor === undefined ? {} : { cursor }) };
    const { header, lines } = await at.ask("git_branches", input);
    expect(header).toContain(`branches ${page * 3 + 1}-${Math.min(8, page * 3 + 3)} of 8`);
    names.push(...lines.map((line) => line.replace(/^\* /u, "").split(" ", 1)[0] ?? ""));
    cursor = /cursor (\S+)\]/u.exec(header)?.[1];
  }
  expect(names).toEqual(["b0", "b1", "b2", "b3", "b4", "b5", "b6", "main"]);
});

test("a branch is made, moved by force, and deleted, and what brings it back is told", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  const { repo } = at;
  const first = await repo.git("rev-parse", "HEAD");
  const second = await repo.commit("second", { "a.txt": "two\n" });
  const { header } = await at.ask("git_branches", { action: "create", name: "topic", ref: "HEAD~1" });
  expect(header).toBe(`[branch topic made at ${first.slice(0, 10)}]`);
  expect(await repo.git("rev-parse", "topic")).toBe(first);
  expect(await at.fail("git_branches", { action: "create", name: "topic" })).toContain("already, at");
  const moved = await at.ask("git_branches", { action: "create", name: "topic", force: true });
  expect(moved.header).toContain(`ref ${first}, force true`);
  expect(await repo.git("rev-parse", "topic")).toBe(second);
  const gone = await at.ask("git_branches", { action: "delete", name: "topic" });
  expect(gone.header).toContain(
    `[branch topic deleted, it was at ${second.slice(0, 10)}; back: git_branches action create, kind branch, name topic, ref ${second}]`,
  );
  expect(await repo.git("branch", "--list", "topic")).toBe("");
  expect(await repo.git("status", "--short")).toBe("");
});

test("an unmerged branch is deleted only by force", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  const hash = await at.repo.branch("topic", { "a.txt": "two\n" });
  await at.repo.git("switch", "--quiet", "main");
  const said = await at.fail("git_branches", { action: "delete", name: "topic" });
  expect(said).toContain(hash.slice(0, 10));
  expect(await at.repo.git("rev-parse", "topic")).toBe(hash);
  await at.ask("git_branches", { action: "delete", name: "topic", force: true });
  await at.ask("git_branches", { action: "create", name: "topic", ref: hash });
  expect(await at.repo.git("rev-parse", "topic")).toBe(hash);
  await at.repo.git("update-ref", "refs/remotes/origin/topic", hash);
  await at.repo.git("config", "branch.topic.remote", "origin");
  await at.repo.git("config", "branch.topic.merge", "refs/heads/topic");
  await at.ask("git_branches", { action: "delete", name: "topic" });
});

test("what is checked out in any work tree, or rebased there, stays", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  const { repo } = at;
  await repo.git("worktree", "add", "--quiet", "-b", "there", "linked");
  for (const where of [{}, { repo: "linked" }])
    for (const name of ["main", "there"])
      for (const action of ["create", "delete"])
        expect(await at.fail("git_branches", { ...where, action, name, force: true })).toContain(
          `branch ${name} is checked out in`,
        );
  await repo.branch("topic", { "a.txt": "theirs\n" });
  await repo.git("switch", "--quiet", "main");
  await repo.commit("ours", { "a.txt": "ours\n" });
  await repo.git("switch", "--quiet", "topic");
  await expect(repo.git("rebase", "main")).rejects.toThrow("CONFLICT");
  expect(
    await at.fail("git_branches", { repo: "linked", action: "delete", name: "topic", force: true }),
  ).toContain("being rebased");
});

test("tags are made light or annotated, moved and deleted", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  const { repo } = at;
  await repo.git("config", "user.name", "Ada Lovelace");
  await repo.git("config", "user.email", "ada@example.com");
  const first = await repo.git("rev-parse", "HEAD");
  await at.ask("git_branches", { action: "create", kind: "tag", name: "light" });
  expect(await repo.git("rev-parse", "light")).toBe(first);
  await at.ask("git_branches", {
    action: "create",
    kind: "tag",
    name: "v1",
    message: "Release\n\n# not a comment",
  });
  expect(await repo.git("cat-file", "-t", "v1")).toBe("tag");
  expect(await repo.git("for-each-ref", "--format=%(contents)", "refs/tags/v1")).toContain(
    "Release\n\n# not a comment",
  );
  const tag = await repo.git("rev-parse", "v1");
  const second = await repo.commit("second", { "a.txt": "two\n" });
  await at.ask("git_branches", { action: "create", kind: "tag", name: "v1", message: "Again", force: true });
  expect(await repo.git("rev-parse", "v1^{commit}")).toBe(second);
  const { header } = await at.ask("git_branches", {
    action: "create",
    kind: "tag",
    name: "v1",
    ref: tag,
    force: true,
  });
  expect(header).toContain("moved from");
  expect(await repo.git("rev-parse", "v1")).toBe(tag);
  expect((await at.ask("git_branches", { action: "delete", kind: "tag", name: "v1" })).header).toContain(tag);
  expect(await repo.git("tag", "--list")).toBe("light");
});

test("names that no reference can have, and calls that make no sense", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  const bad = [
    "-x",
    "--force",
    "a b",
    "a..b",
    "HEAD",
    "@",
    "x.lock",
    ".x",
    "a~1",
    "a:b",
    "x/",
    "0".repeat(40),
    "a\nb",
  ];
  for (const name of bad)
    for (const kind of ["branch", "tag"])
      expect(await at.fail("git_branches", { action: "create", kind, name })).toContain("cannot be the name");
  await at.repo.git("branch", "a");
  expect(await at.fail("git_branches", { action: "create", name: "a/b" })).toContain("cannot both be");
  expect(await at.fail("git_branches", { action: "create" })).toContain("name is missing");
  expect(await at.fail("git_branches", { action: "delete", name: "b" })).toContain("Did you mean a?");
  expect(await at.fail("git_branches", { action: "create", name: "b", message: "x" })).toContain(
    "only a tag",
  );
  expect(await at.fail("git_branches", { action: "create", name: "b", ref: "nope" })).toContain(
    "no revision nope",
  );
  expect(await at.fail("git_branches", { action: "delete", kind: "remote", name: "b" })).toContain(
    "git_fetch",
  );
  expect(await at.repo.git("branch", "--format=%(refname:short)")).toBe("a\nmain");
});

test("a reference that stands for another is taken away itself", async () => {
  await using at = await gitCalled({ files: { "a.txt": "one\n" } });
  const { repo } = at;
  await repo.git("branch", "real");
  await repo.git("symbolic-ref", "refs/heads/alias", "refs/heads/real");
  await at.ask("git_branches", { action: "delete", name: "alias" });
  expect(await repo.git("branch", "--format=%(refname:short)")).toBe("main\nreal");
});

test("an unborn branch is not given a commit behind its back", async () => {
  await using at = await gitCalled();
  const tree = (await at.repo.bytes(["mktree"], Buffer.alloc(0))).toString().trim();
  const hash = await at.repo.git("commit-tree", "-m", "loose", tree);
  expect(await at.fail("git_branches", { action: "create", name: "main", ref: hash })).toContain(
    "checked out",
  );
  await at.ask("git_branches", { action: "create", name: "other", ref: hash });
  expect((await at.ask("git_branches", { action: "list" })).header).toBe("[1 branch; on main]");
});
