import { execFileSync } from "node:child_process";
import { readFile, readdir, rm, rename, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { makeupOf } from "../../../servers/search/index/makeup.ts";
import type { IndexView } from "../../../servers/search/index/shapes.ts";
import { openWriter } from "../../../servers/search/store/open-writer.ts";
import { repository } from "../../support/repository.ts";
import { temporary } from "../../support/workspace.ts";
import { dump, indexing } from "./support.ts";

function pathsOf({ reader }: IndexView): string[] {
  reader.refresh();
  return reader
    .files()
    .filter(({ skipped }) => skipped === undefined)
    .map(({ path }) => path);
}

function named({ reader }: IndexView, name: string): string[] {
  reader.refresh();
  return reader.definitionsNamed(name, { limit: 10 }).map(({ path }) => path);
}

async function until(isSo: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  for (const deadline = Date.now() + limitMs; !(await isSo());) {
    if (Date.now() > deadline) throw new Error("it did not come about");
    await sleep(20);
  }
}

test("a root is indexed whole, and says so", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  await repo.commit("first", {
    "src/store.ts": "export class Store {\n  open(): void {\n    load();\n  }\n}\n",
    "README.md": "# Store\n\nKeeps things.\n",
    ".env": "TOKEN=very-secret-token\n",
    ".npmrc": "//registry.example/:_authToken=very-secret-token\n",
    "ci/NuGet.Config": '<add key="ClearTextPassword" value="very-secret-token" />\n',
    "logo.png": Buffer.from([0x89, 0, 1, 2]),
    "app.js": `x=${"1+".repeat(4_000)}1\n`,
    "big.txt": "much\n".repeat(300_000),
    "icon.svg": "<svg/>",
  });
  const { whole } = await indexing(place);
  const view = await whole();
  expect(view.state()).toEqual({
    state: "complete",
    indexed: 2,
    toGo: 0,
    stale: 0,
    skipped: { secret: 3, binary: 1, minified: 1, too_large: 1, no_text: 1 },
    problems: [],
  });
  expect(view.reader.definitionsNamed("open", { limit: 5 }).map(({ path, scope }) => [path, scope])).toEqual([
    ["src/store.ts", "Store"],
  ]);
});

test("text of every encoding that answers can show is indexed", async () => {
  const text = "export function grüßen(): void {}\n";
  await using place = await temporary();
  const bytes: Record<string, Buffer> = {
    "utf8.ts": Buffer.from(text),
    "marked.ts": Buffer.from(`\uFEFF${text}`),
    "latin1.ts": Buffer.from(text, "latin1"),
    "little.ts": Buffer.from(`\uFEFF${text}`, "utf16le"),
    "big.ts": Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
    "late.ts": Buffer.concat([
      Buffer.from(`// ${"x".repeat(90)}\n`.repeat(100)),
      Buffer.from(text, "latin1"),
    ]),
    "binary.ts": Buffer.from([0x65, 0, 0, 0, 1, 2]),
  };
  for (const [name, content] of Object.entries(bytes)) await writeFile(join(place.root, name), content);
  const view = await (await indexing(place)).whole();
  expect(named(view, "grüßen").toSorted()).toEqual(
    ["utf8.ts", "marked.ts", "latin1.ts", "little.ts", "big.ts", "late.ts"].toSorted(),
  );
  expect(view.state().skipped).toEqual({ binary: 1 });
});

test("what policy calls a secret is in no file of the index, nor is what a secret's other name holds", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  await repo.commit("first", {
    ".env": "TOKEN=xylophone9sentinel\n",
    "deep/server.pem": "xylophone9sentinel\n",
    "a.ts": "export const a = 1;\n",
  });
  const { whole, cache, close } = await indexing(place);
  await whole();
  await repo.write({ "deep/.env.local": "xylophone9sentinel\n" });
  const view = await whole();
  expect(pathsOf(view)).toEqual(["a.ts"]);
  await close();
  for (const name of await readdir(cache, { recursive: true, withFileTypes: true }))
    if (name.isFile())
      expect(await readFile(join(name.parentPath, name.name), "latin1")).not.toContain("xylophone");
});

test("the first view comes at once, and what a query needs is in soon, before the rest", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  const files: Record<string, string> = {};
  for (let index = 0; index < 400; index++)
    files[`src/part${index}.ts`] = Array.from(
      { length: 40 },
      (_, line) => `export function part${index}line${line}(a: number) { return a + ${line}; }`,
    ).join("\n");
  files["src/zz/needle.ts"] = "export function findHaystackNeedle() { return 1; }\n";
  await repo.write(files);
  const { view: open, whole } = await indexing(place);
  const view = await open();
  expect(view.state()).toMatchObject({ state: "building", indexed: 0 });
  await until(async () => {
    await view.hasten(["haystack", "needle"]);
    return named(view, "findHaystackNeedle").length === 1;
  });
  expect(view.state().indexed).toBeLessThan(401);
  expect((await whole()).state()).toMatchObject({ state: "complete", indexed: 401, toGo: 0 });
});

describe("changes", () => {
  test("of a file that is asked for are seen by the same query", async () => {
    await using place = await temporary();
    const repo = await repository(place);
    await repo.commit("first", {
      "a.ts": "export function before() {}\n",
      "b.ts": "export function gone() {}\n",
    });
    const view = await (await indexing(place)).whole();
    expect(await view.freshen(["a.ts", "b.ts"])).toBe(false);
    await repo.write({ "a.ts": "export function after() {}\n", "b.ts": undefined });
    expect(await view.freshen(["a.ts", "b.ts"])).toBe(true);
    expect([named(view, "before"), named(view, "after"), named(view, "gone")]).toEqual([[], ["a.ts"], []]);
    expect(await view.freshen(["a.ts", "b.ts"])).toBe(false);
  });

  test("of the same length within one tick of the clock are seen too", async () => {
    await using place = await temporary();
    const repo = await repository(place);
    await repo.commit("first", { "a.ts": "export const v0 = 1;\n" });
    const view = await (await indexing(place)).whole();
    for (let round = 1; round < 9; round++) {
      await repo.write({ "a.ts": `export const v${round} = 1;\n` });
      await view.freshen(["a.ts"]);
      expect(named(view, `v${round}`)).toEqual(["a.ts"]);
    }
  });

  test("of time alone do not parse a file again", async () => {
    await using place = await temporary();
    const repo = await repository(place);
    await repo.commit("first", { "a.ts": "export const a = 1;\n" });
    const view = await (await indexing(place)).whole();
    const [before] = view.reader.definitionsNamed("a", { limit: 1 });
    await utimes(join(place.root, "a.ts"), 1_000_000_000, 1_000_000_000);
    await view.freshen(["a.ts"]);
    expect(view.reader.file("a.ts")?.mtimeNs).toBe("1000000000000000000");
    // ids change with each parse
    expect(view.reader.definitionsNamed("a", { limit: 1 })[0]?.id).toBe(before?.id);
  });

  test("of many files are indexed in the background and counted as stale until then", async () => {
    await using place = await temporary();
    const repo = await repository(place);
    const names = Array.from({ length: 60 }, (_, index) => `f${index}.ts`);
    await repo.commit("first", Object.fromEntries(names.map((name) => [name, "export const old = 1;\n"])));
    const view = await (await indexing(place)).whole();
    await repo.write(Object.fromEntries(names.map((name) => [name, `export const fresh = 1;\n`])));
    await view.freshen(names);
    await until(() => {
      view.reader.refresh();
      return view.reader.definitionsNamed("fresh", { limit: 100 }).length === 60;
    });
    await until(() => view.state().state === "complete");
    expect(view.state().stale).toBe(0);
  });

  test("nobody asks for come in by themselves: new files, deleted ones, a branch that is switched to", async () => {
    await using place = await temporary();
    const repo = await repository(place);
    await repo.commit("first", {
      "a.ts": "export function inMain() {}\n",
      "old.ts": "export const old = 1;\n",
    });
    await repo.branch("other", {
      "a.ts": "export function inOther() {}\n",
      "deep/down/new.ts": "export const n = 1;\n",
    });
    await repo.git("switch", "--quiet", "main");
    const { whole, view: open } = await indexing(place);
    const view = await whole();
    await repo.write({ "src/fresh.ts": "export function fresh() {}\n", "old.ts": undefined });
    const looked = async (): Promise<void> => void (await open());
    await until(
      async () => (await looked(), named(view, "fresh").length === 1 && named(view, "old").length === 0),
    );
    await repo.git("restore", "old.ts");
    await repo.git("switch", "--quiet", "other");
    await until(async () => (await looked(), pathsOf(view).includes("deep/down/new.ts")));
    await until(() => named(view, "inOther").length === 1 && named(view, "inMain").length === 0);
    expect(pathsOf(view)).toEqual(["a.ts", "deep/down/new.ts", "old.ts", "src/fresh.ts"]);
  });

  test("of ignore files take files out and bring them back", async () => {
    await using place = await temporary();
    const repo = await repository(place);
    await repo.commit("first", { "a.ts": "export const a = 1;\n" });
    await repo.write({ "b.ts": "export const b = 1;\n" });
    const { whole } = await indexing(place);
    expect(pathsOf(await whole())).toEqual(["a.ts", "b.ts"]);
    await repo.write({ ".gitignore": "b.ts\n" });
    expect(pathsOf(await whole())).toEqual([".gitignore", "a.ts"]);
    await repo.write({ ".gitignore": "# none\n", ".searchignore": "a.*\n" });
    expect(pathsOf(await whole())).toEqual([".gitignore", ".searchignore", "b.ts"]);
  });

  test("a file that becomes a link leaves the index", async () => {
    await using place = await temporary();
    const repo = await repository(place);
    await repo.commit("first", {
      "a.ts": "export const a = 1;\n",
      "b.ts": "export const b = 1;\n",
      "dir/c.ts": "export const c = 1;\n",
    });
    const view = await (await indexing(place)).whole();
    await rm(join(place.root, "b.ts"));
    await symlink("a.ts", join(place.root, "b.ts"));
    await rename(join(place.root, "dir"), join(place.root, "other"));
    await symlink("other", join(place.root, "dir"));
    await view.freshen(["b.ts", "dir/c.ts"]);
    expect(pathsOf(view)).toEqual(["a.ts"]);
  });
});

test("an index is used again: nothing is parsed that did not change while no server ran", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  await repo.commit("first", {
    "a.ts": "export const a = 1;\n",
    "b.ts": "export const b = 1;\n",
    "c.ts": "export const c = 1;\n",
  });
  const first = await indexing(place);
  const before = new Map((await first.whole()).reader.files().map(({ path }) => [path, 1]));
  const idsBefore = (await first.view()).reader.definitionsNamed("a", { limit: 1 })[0]?.id;
  await first.close();
  await repo.write({
    "b.ts": "export const changed = 1;\n",
    "c.ts": undefined,
    "d.ts": "export const d = 1;\n",
  });
  const second = await indexing(place);
  const early = await second.view();
  expect([early.state().state, pathsOf(early)]).toEqual(["updating", [...before.keys()]]);
  const view = await second.whole();
  expect(pathsOf(view)).toEqual(["a.ts", "b.ts", "d.ts"]);
  expect(view.reader.definitionsNamed("a", { limit: 1 })[0]?.id).toBe(idsBefore);
});

test("what a worker died over is tried again by the next server", async () => {
  await using place = await temporary({ "a.ts": "export const a = 1;\n", "b.ts": "export const b = 2;\n" });
  const first = await indexing(place);
  const row = (await first.whole()).reader.file("a.ts");
  await first.close();
  const [folder = ""] = await readdir(join(first.cache, "search"));
  const writer = await openWriter(join(first.cache, "search", folder), makeupOf(undefined));
  if (row !== undefined) writer.skip([{ path: "a.ts", stamp: row, why: "unreadable" }]);
  writer.close();
  const second = await indexing(place);
  expect((await second.view()).state().skipped).toEqual({ unreadable: 1 });
  expect((await second.whole()).state()).toMatchObject({ state: "complete", indexed: 2, skipped: {} });
});

test("two servers share one index: both see what either finds, and one is told that the other is at work", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  const names = Array.from({ length: 300 }, (_, index) => `f${index}.ts`);
  await repo.commit(
    "first",
    Object.fromEntries(
      names.map((name) => [
        name,
        `export function in_${name.slice(0, -3)}() {\n${"  call();\n".repeat(60)}}\n`,
      ]),
    ),
  );
  const [one, two] = [await indexing(place), await indexing(place)];
  await one.view();
  const [first, second] = await Promise.all([one.whole(), two.whole()]);
  expect(dump(first.reader)).toEqual(dump(second.reader));
  await repo.write({ "f7.ts": "export const fromTwo = 1;\n" });
  // the other one may find it first
  await second.freshen(["f7.ts"]);
  expect(named(first, "fromTwo")).toEqual(["f7.ts"]);
  await repo.write({ "f8.ts": "export const fromOne = 1;\n" });
  await first.freshen(["f8.ts"]);
  expect(named(second, "fromOne")).toEqual(["f8.ts"]);
});

test("a worker that is killed again and again does not keep the index from being whole", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  const names = Array.from({ length: 400 }, (_, index) => `f${index}.ts`);
  await repo.commit(
    "first",
    Object.fromEntries(
      names.map((name) => [
        name,
        `export function in_${name.slice(0, -3)}() {\n${"  call(1, 2);\n".repeat(80)}}\n`,
      ]),
    ),
  );
  const { whole, view: open } = await indexing(place);
  await open();
  const done = whole();
  for (let kills = 0; kills < 4; kills++) {
    await sleep(150 + Math.random() * 200);
    killWorkers();
  }
  const view = await done;
  expect(view.state()).toMatchObject({ state: "complete", indexed: 400 });
});

function killWorkers(): void {
  const list = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)]).toString();
  for (const line of list.split("\n"))
    if (line.includes("index-worker")) process.kill(Number(line.trim().split(" ")[0]), "SIGKILL");
}

test("a damaged database is built anew", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  await repo.commit("first", { "a.ts": "export const a = 1;\n" });
  const first = await indexing(place);
  await first.whole();
  await first.close();
  const files = await readdir(first.cache, { recursive: true });
  const database = files.find((name) => name.endsWith(".db")) ?? "";
  await writeFile(join(first.cache, database), "no database at all".repeat(1_000));
  for (const end of ["-wal", "-shm"]) await rm(join(first.cache, database + end), { force: true });
  const view = await (await indexing(place)).whole();
  expect([view.state().state, pathsOf(view)]).toEqual(["complete", ["a.ts"]]);
});

test("a cache folder that cannot be written is told, and used again when it can be", async () => {
  await using place = await temporary({ "a.ts": "export const a = 1;\n" });
  const { view, whole, cache } = await indexing(place);
  await writeFile(cache, "no folder");
  for (let turn = 0; turn < 2; turn++)
    expect((await whole()).state().problems).toEqual([
      expect.stringMatching(/^the cache folder .* cannot be written/u),
    ]);
  await rm(cache);
  await until(async () => (await view()).state().state === "complete");
  expect((await whole()).state()).toMatchObject({ indexed: 1, problems: [] });
  // whoever comes next has the lease
  expect((await (await indexing(place)).whole()).state()).toMatchObject({ indexed: 1, problems: [] });
});

test("the folder of the index may go away at any time", async () => {
  await using place = await temporary();
  const repo = await repository(place);
  await repo.commit("first", { "a.ts": "export const a = 1;\n" });
  const { whole, cache, close } = await indexing(place);
  await whole();
  await close();
  await rm(cache, { recursive: true });
  expect(pathsOf(await (await indexing(place)).whole())).toEqual(["a.ts"]);
});

describe("what changes between two questions", () => {
  const FILES = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [
      `src/part${index % 5}/f${index}.py`,
      `def f${index}():\n    pass\n`,
    ]),
  );

  test("is in the next answer, whatever file it is in", async () => {
    await using place = await temporary();
    const repo = await repository(place);
    await repo.commit("first", FILES);
    const { whole, view } = await indexing(place);
    await whole();
    for (const index of [3, 11, 24]) {
      const path = `src/part${index % 5}/f${index}.py`;
      await repo.write({ [path]: `def changed${index}():\n    pass\n` });
      expect(named(await view(), `changed${index}`)).toEqual([path]);
      expect(named(await view(), `f${index}`)).toEqual([]);
      await rm(join(repo.root, path));
      expect(named(await view(), `changed${index}`)).toEqual([]);
    }
  });

  test("is in an answer soon when it is a new file or folder, and never when it is ignored", async () => {
    await using place = await temporary();
    const repo = await repository(place);
    await repo.commit("first", { ...FILES, ".gitignore": "*.gen.py\n" });
    const { whole, view } = await indexing(place);
    await whole();
    const fresh = "def fresh():\n    pass\n";
    const sees = async (paths: readonly string[]): Promise<void> => {
      await until(async () => String(named(await view(), "fresh")) === String(paths));
    };
    await repo.write({ "src/part1/new.py": fresh, "src/part1/new.gen.py": fresh });
    await sees(["src/part1/new.py"]);
    await rename(join(repo.root, "src/part1/new.py"), join(repo.root, "src/part2/moved.py"));
    await sees(["src/part2/moved.py"]);
    await rm(join(repo.root, "src/part2/moved.py"));
    await sees([]);
    await repo.write({ "src/deep/down/new.py": fresh });
    await sees(["src/deep/down/new.py"]);
    expect(named(await view(), "f7")).toEqual(["src/part2/f7.py"]);
  });

  test("is told when it is too much to wait for", async () => {
    await using place = await temporary();
    const repo = await repository(place);
    await repo.commit("first", FILES);
    const { whole, view } = await indexing(place);
    await whole();
    await repo.write(
      Object.fromEntries(Object.keys(FILES).map((path) => [path, "def later():\n    pass\n"])),
    );
    const at = await view();
    const told = at.state();
    const isIn = at.reader.definitionsNamed("later", { limit: 50 }).length === 30;
    // what is not in yet is never passed over in silence
    expect(isIn || (told.state === "updating" && told.stale > 0), JSON.stringify(told)).toBe(true);
    await until(async () => named(await view(), "later").length === 10);
    await until(async () => (await view()).state().stale === 0);
  });
});
