import fc from "fast-check";
import { expect, test } from "vitest";
import { AUTHORS, largeHistory, moduleHistory, pathHistory } from "../support/histories.ts";
import { makeHistory, randomHistory } from "../support/random-history.ts";
import { type Repository, repository } from "../support/repository.ts";
import { temporary } from "../support/workspace.ts";

const RUNS = Number(process.env["HISTORY_RUNS"] ?? 10);

const fsck = (repo: Repository): Promise<string> => repo.git("fsck", "--strict", "--no-dangling");
const status = (repo: Repository): Promise<string> => repo.git("status", "--porcelain=v1");
const lines = async (repo: Repository, ...args: string[]): Promise<string[]> =>
  (await repo.git(...args)).split("\n").filter((line) => line !== "");

test("the large history is what it says", async () => {
  await using ground = await temporary();
  const repo = await repository(ground);
  const large = await largeHistory(repo);
  expect(await fsck(repo)).toBe("");
  expect(await status(repo)).toBe("");
  expect(new Set(await lines(repo, "rev-list", "main"))).toEqual(new Set(large.commits));
  expect(large.commits).toHaveLength(10_000);
  expect(await repo.git("rev-parse", "HEAD")).toBe(large.tip);
  expect((await lines(repo, "rev-list", "--merges", "main")).toReversed()).toEqual(
    large.merges.map(({ commit }) => commit),
  );
  expect(new Set(large.merges.map(({ length }) => length))).toEqual(new Set([1, 2, 3, 4, 5]));
  for (const { commit, branch, length } of large.merges.slice(-5)) {
    expect(await repo.git("rev-parse", `${commit}^2`)).toBe(await repo.git("rev-parse", branch));
    expect(await lines(repo, "rev-list", `${commit}^1..${commit}^2`)).toHaveLength(length);
  }
  const listed = await repo.git("ls-tree", "-r", "-z", "--name-only", "main");
  expect(listed.split("\0").slice(0, -1).sort()).toEqual([...large.files.keys()].sort());
  expect([1_999, 2_000]).toContain(large.files.size);
  for (const [path, text] of [...large.files].slice(0, 20))
    expect((await repo.bytes(["show", `main:${path}`])).toString()).toBe(text);
  const kinds = await lines(repo, "for-each-ref", "--format=%(refname:short) %(objecttype)", "refs/tags");
  expect(kinds.sort()).toEqual(
    large.tags.map(({ name, annotated }) => `${name} ${annotated ? "tag" : "commit"}`).sort(),
  );
  for (const { name, commit } of large.tags)
    expect(await repo.git("rev-parse", `${name}^{commit}`)).toBe(commit);
  const authors = await lines(repo, "log", "--format=%an <%ae>");
  expect(new Set(authors)).toEqual(new Set(AUTHORS.map(({ author }) => author)));
});

test("renames, deletions and breaking commits of the large history are where it says", async () => {
  await using ground = await temporary();
  const repo = await repository(ground, { format: "sha256", bare: true });
  const large = await largeHistory(repo, { commits: 1_000, files: 300 });
  expect(await fsck(repo)).toBe("");
  const log = await repo.git("log", "-M", "--diff-filter=R", "--name-status", "-z", "--format=%H");
  for (const { commit, from, to, changed } of large.renames) {
    expect(log).toMatch(new RegExp(`${commit}\0\n?R${changed ? "[01]" : "100"}`, "u"));
    expect(log).toContain(`\0${from}\0${to}\0`);
  }
  const deletes = await repo.git("log", "-M", "--diff-filter=D", "--name-only", "-z", "--format=%H");
  for (const { commit, path } of large.deletions)
    expect(deletes).toMatch(new RegExp(`${commit}\0\n?${path}\0`, "u"));
  expect([large.renames.length > 20, large.deletions.length > 10, large.breaking.length > 20]).toEqual([
    true,
    true,
    true,
  ]);
  const breaking = await lines(
    repo,
    "log",
    "--extended-regexp",
    "--grep=^[a-z]+(\\(.*\\))?!:|^BREAKING",
    "--format=%H",
  );
  expect(new Set(breaking)).toEqual(new Set(large.breaking));
  const all = Object.values(large.types).reduce((sum, count) => sum + count, 0);
  expect(all).toBe(1_000);
});

test.each(["sha1", "sha256"] as const)("the history of paths is checked out clean (%s)", async (format) => {
  await using ground = await temporary();
  const repo = await repository(ground, { format });
  const paths = await pathHistory(repo);
  expect(await fsck(repo)).toBe("");
  expect(await status(repo)).toBe("");
  expect(await repo.git("rev-parse", "HEAD")).toBe(paths.tip);
  // a file is called main as well
  expect((await lines(repo, "rev-list", "main", "--")).toReversed()).toEqual(paths.commits);
  const tree = new Set(paths.paths.map((path) => path.toString("hex")));
  expect(tree.size).toBe(paths.paths.length);
  for (const path of [...paths.odd, ...paths.invalid])
    expect(tree).toContain(Buffer.from(path).toString("hex"));
  for (const path of paths.odd)
    expect(await repo.git("rev-list", "--count", "HEAD", "--", `:(literal,top)${path}`)).toBe("2");
  await expect(repo.git("merge", paths.conflict.branch)).rejects.toThrow(/CONFLICT/u);
});

test("the superproject has a dirty, a moved and an absent submodule", async () => {
  await using ground = await temporary();
  const { repo, linked, modules, nested, moves, tip } = await moduleHistory(ground);
  expect(await fsck(repo)).toBe("");
  expect(await lines(repo, "submodule", "status", "--recursive")).toEqual([
    `-${modules.absent.recorded} libs/absent`,
    expect.stringContaining(` ${modules.dirty.here} libs/dirty`),
    expect.stringContaining(` ${nested.here} libs/dirty/inner`),
    expect.stringContaining(`+${modules.moved.here} libs/moved`),
  ]);
  expect(await lines(repo, "status", "--porcelain=v2")).toEqual([
    expect.stringMatching(/^1 \.M S\.MU .* libs\/dirty$/u),
    expect.stringMatching(/^1 \.M SC\.\. .* libs\/moved$/u),
  ]);
  for (const { commit, from, to } of moves)
    expect([
      await repo.git("rev-parse", `${commit}^:libs/moved`),
      await repo.git("rev-parse", `${commit}:libs/moved`),
    ]).toEqual([from, to]);
  expect([
    await linked.git("rev-parse", "--abbrev-ref", "HEAD"),
    await linked.git("rev-parse", "HEAD"),
  ]).toEqual(["linked", tip]);
});

test("a random history is made as it was drawn", async () => {
  await fc.assert(
    fc.asyncProperty(randomHistory, async (drawn) => {
      await using ground = await temporary();
      const { repo, commits, branches, tags } = await makeHistory(ground, drawn);
      expect(await fsck(repo)).toBe("");
      expect(await status(repo)).toBe("");
      const seen = await repo.git("rev-list", "--all", "--parents");
      expect(new Set(seen.split("\n"))).toEqual(
        new Set(commits.map(({ hash, parents }) => [hash, ...parents].join(" "))),
      );
      for (const [name, hash] of branches)
        expect(await repo.git("rev-parse", `refs/heads/${name}`)).toBe(hash);
      for (const [name, { commit, annotated }] of tags)
        expect([
          await repo.git("rev-parse", `${name}^{commit}`),
          await repo.git("cat-file", "-t", name),
        ]).toEqual([commit, annotated ? "tag" : "commit"]);
      const last = commits.at(-1);
      const listed = await repo.git("ls-tree", "-r", "-z", last?.hash ?? "");
      const expected = [...(last?.files ?? [])].map(([path, { mode }]) => `${mode} ${path}`);
      const entries = listed.split("\0").slice(0, -1);
      expect(entries.map((entry) => entry.replace(/ blob [0-9a-f]+\t/u, " ")).sort()).toEqual(
        expected.sort(),
      );
      for (const [path, { text }] of last?.files ?? [])
        expect((await repo.bytes(["show", `${last?.hash}:${path}`])).toString()).toBe(text);
    }),
    { numRuns: RUNS },
  );
});

test("a commit has the person's name and a fixed time, whatever this machine is set to", async () => {
  await using ground = await temporary();
  const repo = await repository(ground, { folder: "here" });
  await repo.commit("one", { "a.txt": "one\n", "b.txt": "b\n" });
  await repo.branch("side", { "a.txt": "two\n", "b.txt": undefined });
  expect(await lines(repo, "log", "--format=%an %ae %at %D", "--name-status")).toEqual([
    "Ada Lovelace ada@example.com 1700000420 HEAD -> side",
    "M\ta.txt",
    "D\tb.txt",
    "Ada Lovelace ada@example.com 1700000180 main",
    "A\ta.txt",
    "A\tb.txt",
  ]);
});
