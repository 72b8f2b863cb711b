import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import git from "../../servers/git/server.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { moduleHistory } from "../support/histories.ts";
import { repository, type Files, type Repository } from "../support/repository.ts";
import { temporary } from "../support/workspace.ts";

const RUNS = Number(process.env["HISTORY_RUNS"] ?? 10);

interface Standing extends AsyncDisposable {
  readonly repo: Repository;
  readonly called: Called;
  status(input?: Record<string, unknown>): Promise<{ header: string; lines: string[] }>;
}

async function standing(files?: Files, options: Parameters<typeof repository>[1] = {}): Promise<Standing> {
  const ground = await temporary();
  const repo = await repository(ground, options);
  if (files !== undefined) await repo.commit("first", files);
  const called = await callable(git, { roots: [ground.root] });
  ground.scope.defer(() => called[Symbol.asyncDispose]());
  return {
    repo,
    called,
    async status(input = {}) {
      const [text = ""] = await called.texts("git_status", input);
      const [header = "", ...lines] = text.split("\n");
      return { header, lines };
    },
    [Symbol.asyncDispose]: () => ground.scope.close(),
  };
}

/** What real git says in its short format, conflicts first, as we sort. */
async function short(repo: Repository, ...more: string[]): Promise<string[]> {
  const text = (await repo.bytes(["-c", "core.quotepath=false", "status", "--short", ...more])).toString();
  return text.split("\n").filter((line) => line !== "");
}

test("an untouched repository is clean", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  expect(await at.status()).toEqual({ header: "[main; clean]", lines: [] });
});

test("changes of every kind are listed as git does", async () => {
  await using at = await standing({
    "a.txt": "one\n",
    "b.txt": "two\n",
    "gone.txt": "three\n",
    "old name.txt": "a long enough text to be found again\nand again\n",
    "ümläut.txt": "four\n",
  });
  const { repo } = at;
  await repo.write({
    "a.txt": "changed\n",
    "gone.txt": undefined,
    "new/one.txt": "x",
    "new/two.txt": "y",
    "ümläut.txt": "changed\n",
  });
  await repo.git("mv", "old name.txt", "new name.txt");
  await repo.git("add", "a.txt");
  await repo.write({ "a.txt": "changed twice\n" });
  const { header, lines } = await at.status();
  expect(header).toBe("[main; 2 staged, 3 changed, 1 untracked]");
  expect(lines).toEqual((await short(repo)).map((line) => line.replaceAll('"', "")));
});

test("what is ignored and what is untracked can be chosen", async () => {
  await using at = await standing({ ".gitignore": "*.log\n", "a.txt": "one\n" });
  await at.repo.write({ "x.log": "", "new.txt": "" });
  expect(await at.status()).toEqual({ header: "[main; 1 untracked]", lines: ["?? new.txt"] });
  expect(await at.status({ untracked: false })).toEqual({ header: "[main; clean]", lines: [] });
  expect(await at.status({ ignored: true })).toEqual({
    header: "[main; 1 untracked, 1 ignored]",
    lines: ["?? new.txt", "!! x.log"],
  });
});

test("paths narrow it, and one with a slip in it is told", async () => {
  await using at = await standing({ "src/a.txt": "one\n", "b.txt": "two\n" });
  await at.repo.write({ "src/a.txt": "1", "b.txt": "2" });
  expect(await at.status({ paths: ["src"] })).toEqual({
    header: "[main; 1 changed]",
    lines: [" M src/a.txt"],
  });
  expect(await at.called.failure("git_status", { paths: ["scr"] })).toContain("nothing at scr");
  await at.repo.git("rm", "-q", "-f", "b.txt");
  expect((await at.status({ paths: ["b.txt"] })).lines).toEqual(["D  b.txt"]);
});

test("a page ends with a cursor that goes on right behind it", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  const names = Array.from({ length: 25 }, (_, index) => `n${String(index).padStart(2, "0")}.txt`);
  await at.repo.write(Object.fromEntries(names.map((name) => [name, ""])));
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 3; page++) {
    const { header, lines } = await at.status({ limit: 10, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...lines);
    expect(header).toContain(`shown ${page * 10 + 1}-${Math.min(25, page * 10 + 10)} of 25`);
    cursor = /go on with cursor (\S+)\]$/u.exec(header)?.[1];
    // what changes before the cursor moves nothing behind it
    await rm(join(at.repo.root, `n0${page}.txt`), { force: true });
    await at.repo.write({ [`n0${page}.txt`]: "again" });
  }
  expect(cursor).toBeUndefined();
  expect(seen).toEqual(names.map((name) => `?? ${name}`));
  expect(await at.called.failure("git_status", { cursor: "nonsense" })).toContain("cursor");
});

test("very many changes become counts by folder", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  const files = Object.fromEntries(
    Array.from({ length: 1_500 }, (_, index) => [`folder ${index % 3}/some longer name ${index}.txt`, "x"]),
  );
  await at.repo.write(files);
  await at.repo.git("add", "--all");
  const { header, lines } = await at.status({ limit: 10_000 });
  expect(header).toMatch(/^\[partial: main; 1500 staged\]/u);
  expect(lines).toEqual(["500 in folder 0", "500 in folder 1", "500 in folder 2"]);
});

test("upstream, ahead and behind, and an upstream that is gone", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  const { repo } = at;
  await repo.git("update-ref", "refs/remotes/origin/main", "HEAD");
  await repo.git("config", "remote.origin.url", "https://example.com/x.git");
  await repo.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
  await repo.git("config", "branch.main.remote", "origin");
  await repo.git("config", "branch.main.merge", "refs/heads/main");
  expect((await at.status()).header).toBe("[main...origin/main; clean]");
  await repo.commit("second", { "a.txt": "two\n" });
  expect((await at.status()).header).toBe("[main...origin/main ahead 1; clean]");
  await repo.git("update-ref", "-d", "refs/remotes/origin/main");
  expect((await at.status()).header).toBe("[main, upstream origin/main is gone; clean]");
});

test("a detached HEAD, an unborn branch and a bare repository say so", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  const hash = await at.repo.git("rev-parse", "HEAD");
  await at.repo.git("switch", "--quiet", "--detach");
  expect((await at.status()).header).toBe(`[detached at ${hash.slice(0, 10)}; clean]`);
  await using unborn = await standing();
  await unborn.repo.write({ "a.txt": "" });
  expect(await unborn.status()).toEqual({
    header: "[main, no commit yet; 1 untracked]",
    lines: ["?? a.txt"],
  });
  await using bare = await standing(undefined, { bare: true });
  expect((await bare.status()).header).toContain("bare repository, no working tree");
});

test("a merge under way is told with its conflicts first and the next step", async () => {
  await using at = await standing({ "a.txt": "one\n", "z.txt": "one\n" });
  const { repo } = at;
  await repo.branch("topic", { "z.txt": "theirs\n" });
  await repo.git("switch", "--quiet", "main");
  await repo.commit("ours", { "z.txt": "ours\n" });
  await expect(repo.git("merge", "topic")).rejects.toThrow("CONFLICT");
  await repo.write({ "a.txt": "changed\n" });
  const { header, lines } = await at.status();
  expect(header).toBe(
    "[main; merging, 1 conflict: edit, git_stage, then git_merge action continue, or abort; 1 changed]",
  );
  expect(lines).toEqual(["UU z.txt", " M a.txt"]);
  await repo.git("merge", "--abort");
  await repo.git("restore", "a.txt");
  await repo.git("switch", "--quiet", "topic");
  await expect(repo.git("rebase", "main")).rejects.toThrow("CONFLICT");
  expect((await at.status()).header).toMatch(/^\[detached at [0-9a-f]{10}; rebasing topic, 1 conflict:/u);
});

test("names that could be taken for something else are quoted", async () => {
  await using at = await standing({ "a.txt": "one\n" });
  await at.repo.write({ "two\nlines": "", " space": "", "tab\tname": "" });
  expect((await at.status()).lines).toEqual([
    '?? " space"',
    String.raw`?? "tab\tname"`,
    String.raw`?? "two\nlines"`,
  ]);
});

test("submodules are told by their commit and not looked into", async () => {
  await using ground = await temporary();
  const { repo } = await moduleHistory(ground);
  await using called = await callable(git, { roots: [ground.root] });
  const [text] = await called.texts("git_status", { repo: "super" });
  expect(text).toMatch(/^\[main; 1 changed\]\n M super\/libs\/moved \(submodule\)$/u);
  expect(await repo.git("status", "--short", "--ignore-submodules=dirty")).toBe(" M libs/moved");
});

test("how a submodule differs from a folder outside the roots is not told", async () => {
  await using ground = await temporary();
  const { repo } = await moduleHistory(ground);
  const outside = join(ground.root, "../elsewhere");
  await mkdir(outside);
  const other = await repository({ ...ground, root: outside });
  await other.commit("outside", { x: "x" });
  const link = join(repo.root, "libs/moved/.git");
  await rm(link, { recursive: true });
  await writeFile(link, `gitdir: ${join(outside, ".git")}\n`);
  await using called = await callable(git, { roots: [ground.root] });
  expect(await called.texts("git_status", { repo: "super" })).toEqual(["[main; clean]"]);
  await rm(link);
  await symlink(join(outside, ".git"), link);
  expect(await called.texts("git_status", { repo: "super" })).toEqual(["[main; clean]"]);
});

test("a file that only looks changed since its filter does not run is told", async () => {
  await using at = await standing({
    ".gitattributes": "*.bin filter=lfs\n",
    "a.bin": "pointer\n",
    "b.txt": "x\n",
  });
  await at.repo.write({ "a.bin": "what the pointer stands for\n", "b.txt": "y\n" });
  expect((await at.status()).header).toBe(
    "[main; 2 changed; 1 have a filter that does not run untrusted, and may be unchanged]",
  );
});

const step = fc.record({
  path: fc.constantFrom("a.txt", "b.txt", "dir/c.txt", "dir/d e.txt", "ü/f.txt", "new.txt", "other/g.txt"),
  what: fc.constantFrom("write", "write", "delete", "stage", "stage", "forget", "commit", "move"),
  text: fc.constantFrom("one\n", "two\n", "a text that is long enough to be found again\n".repeat(5)),
});

test("whatever was done to a tree, it is what git says", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      await using at = await standing({
        "a.txt": "1\n",
        "b.txt": "2\n".repeat(20),
        "dir/c.txt": "3\n",
        "ü/f.txt": "4\n",
      });
      for (const { path, what, text } of steps) {
        if (what === "write") await at.repo.write({ [path]: text });
        if (what === "delete") await rm(join(at.repo.root, path), { force: true });
        // what is not there cannot be staged, forgotten or moved
        if (what === "stage") await at.repo.git("add", "--all", "--", path).catch(() => "");
        if (what === "forget") await at.repo.git("rm", "-q", "--cached", "--", path).catch(() => "");
        if (what === "move") await at.repo.git("mv", "-f", path, `${path}.moved`).catch(() => "");
        if (what === "commit") await at.repo.git("commit", "--quiet", "-m", "x").catch(() => "");
      }
      const { header, lines } = await at.status();
      expect(lines).toEqual((await short(at.repo)).map((line) => line.replaceAll('"', "")));
      expect(header.endsWith("clean]")).toBe(lines.length === 0);
    }),
    { numRuns: RUNS },
  );
}, 120_000);

test("a repository below the root tells paths from the root", async () => {
  await using at = await standing({ "a.txt": "one\n" }, { folder: "sub/repo" });
  await at.repo.write({ "a.txt": "two\n", "new/x": "" });
  expect((await at.status({ repo: "sub/repo" })).lines).toEqual([" M sub/repo/a.txt", "?? sub/repo/new/"]);
});
