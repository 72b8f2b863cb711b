import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { listFiles } from "../../../servers/search/index/list-files.ts";
import { blobId } from "../../../servers/search/index/read-source.ts";
import { repository } from "../../support/repository.ts";
import { temporary, type Ground } from "../../support/workspace.ts";
import { looking } from "./support.ts";

async function names(place: Ground): Promise<string[]> {
  const { ground } = await looking(place);
  return [...(await listFiles(ground)).files.keys()].sort();
}

test("git tells the blob id of what is clean, and only the disk of what is not", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  await repo.commit("first", { "a.ts": "one", "b.ts": "two", "gone.ts": "x", "new/c.ts": "three" });
  await repo.write({ "b.ts": "changed", "gone.ts": undefined, "fresh.ts": "new" });
  const { ground } = await looking(place);
  const { files, walked } = await listFiles(ground);
  expect(Object.fromEntries(files)).toEqual({
    "a.ts": blobId(Buffer.from("one")),
    "b.ts": undefined,
    "fresh.ts": undefined,
    "new/c.ts": blobId(Buffer.from("three")),
  });
  expect(walked).toBe(false);
});

test("ignore files hold as git reads them: nested, negated, an allow-list, info/exclude, the person's own", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  await repo.git("config", "--global", "core.excludesFile", join(dirname(place.root), "home/excludes"));
  await writeFile(join(dirname(place.root), "home/excludes"), "*.mine\n");
  await mkdir(join(place.root, ".git/info"), { recursive: true });
  await writeFile(join(place.root, ".git/info/exclude"), "*.local\n");
  await repo.commit("first", {
    ".gitignore": "*.log\n!keep.log\nbuild/\n",
    "tracked.log": "x",
    "allow/.gitignore": "*\n!*/\n!*.ts\n!.gitignore\n",
  });
  await repo.git("add", "--force", "tracked.log");
  await repo.commit("tracked though ignored");
  await repo.write({
    "a.log": "",
    "keep.log": "",
    "build/x.ts": "",
    "a.local": "",
    "a.mine": "",
    "allow/a.ts": "",
    "allow/a.js": "",
    "allow/deep/b.ts": "",
    "allow/deep/b.js": "",
  });
  expect(await names(place)).toEqual([
    ".gitignore",
    "allow/.gitignore",
    "allow/a.ts",
    "allow/deep/b.ts",
    "keep.log",
    "tracked.log",
  ]);
});

test(".searchignore leaves out more, also what git tracks, and node_modules never come in", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  await repo.commit("first", {
    ".searchignore": "gen/\n*.csv\n!keep.csv\n/top.ts\n",
    "gen/a.ts": "",
    "src/gen/b.ts": "",
    "a.csv": "",
    "keep.csv": "",
    "top.ts": "",
    "src/top.ts": "",
    "node_modules/x/index.js": "",
    ".plumbline/config.json": "{}",
  });
  expect(await names(place)).toEqual([".searchignore", "keep.csv", "src/top.ts"]);
});

test("without a repository the tree is walked by the same rules", async () => {
  await using place = await temporary({
    ".gitignore": "*.log\n",
    "a.log": "",
    "a.ts": "",
    "node_modules/x.js": "",
    "deep/.gitignore": "!b.log\n",
    "deep/b.log": "",
    "deep/node_modules/y.js": "",
  });
  expect(await names(place)).toEqual([".gitignore", "a.ts", "deep/.gitignore", "deep/b.log"]);
});

test("links are never followed and are no files", async () => {
  await using place = await temporary({ "a.ts": "", "folder/b.ts": "" });
  await symlink("a.ts", join(place.root, "link.ts"));
  await symlink("folder", join(place.root, "linked"));
  expect(await names(place)).toEqual(["a.ts", "folder/b.ts"]);
  const repo = await repository(place);
  await repo.commit("first");
  expect(await names(place)).toEqual(["a.ts", "folder/b.ts"]);
});

test("a submodule that is checked out is listed by its own repository, one that is not has no files", async () => {
  await using place = await temporary();
  const library = await repository(place, { folder: "../library" });
  await library.commit("first", { "lib.ts": "lib", ".gitignore": "*.tmp\n" });
  const repo = await repository(place);
  await repo.commit("first", { "a.ts": "" });
  for (const folder of ["in", "out"])
    await repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library.root, folder);
  await repo.commit("submodules");
  await repo.git("submodule", "--quiet", "deinit", "--force", "out");
  await repo.write({ "in/new.ts": "", "in/x.tmp": "", "b.tmp": "" });
  expect(await names(place)).toEqual([
    ".gitmodules",
    "a.ts",
    "b.tmp",
    "in/.gitignore",
    "in/lib.ts",
    "in/new.ts",
  ]);
});

test("work trees and repositories nested in the tree are listed once, by their own rules", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  await repo.commit("first", { "a.ts": "", ".gitignore": "*.log\n" });
  await repo.git("worktree", "add", "--quiet", "trees/second");
  const inner = await repository(place, { folder: "inner" });
  await inner.commit("first", { "b.ts": "", "own.log": "" });
  await repo.write({ "trees/second/c.ts": "", "trees/second/d.log": "" });
  expect(await names(place)).toEqual([
    ".gitignore",
    "a.ts",
    "inner/b.ts",
    "inner/own.log",
    "trees/second/.gitignore",
    "trees/second/a.ts",
    "trees/second/c.ts",
  ]);
});

test("a folder of projects is walked, and each repository in it asked", async () => {
  await using place = await temporary({ "notes.md": "" });
  const one = await repository(place, { folder: "one" });
  await one.commit("first", { "a.log": "", ".gitignore": "*.tmp\n" });
  await one.write({ "x.tmp": "" });
  expect(await names(place)).toEqual(["notes.md", "one/.gitignore", "one/a.log"]);
});

test("a sparse checkout has only what is checked out", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  await repo.commit("first", { "in/a.ts": "", "out/b.ts": "", "top.ts": "" });
  await repo.git("sparse-checkout", "set", "--cone", "in");
  const { ground } = await looking(place);
  const { files } = await listFiles(ground);
  // where git was told not to look, the disk decides
  expect([...files].filter(([, id]) => id !== undefined).map(([path]) => path)).toEqual([
    "in/a.ts",
    "top.ts",
  ]);
  expect(files.get("out/b.ts")).toBe(undefined);
});

test("a conflict, an intent to add and a file that git is told to take for unchanged are read from the disk", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  await repo.commit("first", { "a.ts": "one", "b.ts": "b" });
  await repo.branch("other", { "a.ts": "two" });
  await repo.git("switch", "--quiet", "main");
  await repo.commit("second", { "a.ts": "three" });
  await repo.git("merge", "other").catch(() => undefined);
  await repo.write({ "n.ts": "new" });
  await repo.git("add", "--intent-to-add", "n.ts");
  await repo.git("update-index", "--assume-unchanged", "b.ts");
  const { ground } = await looking(place);
  expect(Object.fromEntries((await listFiles(ground)).files)).toEqual({
    "a.ts": undefined,
    "b.ts": undefined,
    "n.ts": undefined,
  });
});

test("odd names come through, and a moved repository is listed anew", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  const odd = ["~/x.ts", 'q"uote.ts', "new\nline.ts", "é ü.ts", "-dash.ts", "tab\t.ts", "back\\slash.ts"];
  await repo.commit("first", Object.fromEntries(odd.map((name) => [name, "x"])));
  expect(await names(place)).toEqual(odd.toSorted());
  await mkdir(join(place.root, "down"));
  await rename(join(place.root, ".git"), join(place.root, "down/.git"));
  await rm(join(place.root, "down/.git/index"));
  expect((await names(place)).length).toBe(odd.length);
});
