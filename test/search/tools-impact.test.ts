import { expect, test } from "vitest";
import { below, project, type Project } from "./graph/project.ts";

const FILES = {
  "src/store.ts":
    "export const LIMIT = 3;\n\nexport function load(path: string): string {\n  return read(path);\n}\n\nfunction read(path: string): string {\n  return path;\n}\n\nexport function save(): void {}\n",
  "src/app.ts":
    "import { load } from './store.ts';\n\nexport function start(): string {\n  return load('x');\n}\n",
  "src/other.ts": "import { save } from './store.ts';\n\nexport function keep(): void {\n  save();\n}\n",
  "test/app.test.ts":
    "import { start } from '../src/app.ts';\n\ntest('it starts', () => {\n  start();\n});\n",
};

async function committed(files: Readonly<Record<string, string>> = FILES): Promise<Project> {
  const place = await project(files);
  place.git("init", "-q", "-b", "main");
  place.git("add", ".");
  place.git("commit", "-q", "-m", "first");
  return place;
}

test("a symbol's dependents are told step by step, and the tests that reach it first", async () => {
  await using place = await project(FILES);
  const answer = await place.ask("impact", { symbol: "read" });
  expect(answer).toMatch(/^\[read: 2 dependents, 1 test file; calls by reflection/u);
  expect(below(answer)).toEqual([
    "## Of",
    "  src/store.ts:7-9 read",
    "## Tests to run, nearest first",
    "  test/app.test.ts, step 3, 1 use",
    "## Dependents",
    "step 1",
    "src/store.ts",
    "  3-5 load, at 4",
    "step 2",
    "src/app.ts",
    "  3-5 start, at 4",
  ]);
});

test("uncommitted changes are traced to the definitions that they touch", async () => {
  await using place = await committed();
  await place.write("src/store.ts", FILES["src/store.ts"].replace("return path;", "return path.trim();"));
  const answer = await place.ask("impact", { changes: true });
  expect(answer).toMatch(
    /^\[1 changed definition in 1 changed file against HEAD: 2 dependents, 1 test file; /u,
  );
  expect(below(answer).slice(0, 4)).toEqual([
    "## Changed",
    "  src/store.ts:7-9 read",
    "## Tests to run, nearest first",
    "  test/app.test.ts, step 3, 1 use",
  ]);
});

test("changes since a revision are those of the commits and of the working tree", async () => {
  await using place = await committed();
  await place.write(
    "src/store.ts",
    FILES["src/store.ts"].replace("save(): void {}", "save(): void {\n  read('');\n}"),
  );
  place.git("commit", "-q", "-am", "second");
  expect(await place.ask("impact", { changes: true })).toMatch(/^\[nothing changed against HEAD; /u);
  const answer = await place.ask("impact", { from: "HEAD~1" });
  expect(below(answer).slice(0, 2)).toEqual(["## Changed", "  src/store.ts:11-13 save"]);
  expect(answer).toMatch(/src\/other\.ts\n {2}3-5 keep/u);
});

test("what is gone and still used is told, and who imports a file whose top changed", async () => {
  await using place = await committed();
  const text = FILES["src/store.ts"];
  await place.write(
    "src/store.ts",
    text.replace(/export function save.*\n/u, "").replace("LIMIT = 3", "LIMIT = 4"),
  );
  const answer = await place.ask("impact", { changes: true });
  expect(answer).toMatch(/1 definition gone or renamed/u);
  expect(answer).toMatch(/## Gone and still used\n {2}src\/other\.ts:4 save/u);
});

test("new and deleted files count, and files that git ignores do not", async () => {
  await using place = await committed({ ...FILES, ".gitignore": "out/\n" });
  await place.write(
    "src/new.ts",
    "import { load } from './store.ts';\nexport function fresh(): string {\n  return load('');\n}\n",
  );
  await place.write("out/made.ts", "export function made(): void {}\n");
  await place.write("src/other.ts", undefined);
  const answer = await place.ask("impact", { changes: true });
  expect(answer).toMatch(/^\[1 changed definition in 2 changed files against HEAD/u);
  expect(answer).toMatch(/src\/new\.ts:2-4 fresh/u);
  expect(answer).not.toMatch(/made/u);
});

test("names with spaces, quotes and umlauts are those of the disk", async () => {
  await using place = await committed({ 'a "ü" b.ts': "export function one(): void {}\n" });
  await place.write('a "ü" b.ts', "export function one(): void {\n  two();\n}\nfunction two(): void {}\n");
  expect(await place.ask("impact", { changes: true })).toMatch(/a "ü" b\.ts:1-3 one/u);
});

test.each([
  ["neither symbol nor changes", {}, /^invalid_input: expected either symbol or changes/u],
  ["both", { symbol: "load", changes: true }, /^invalid_input/u],
  ["an unknown revision", { from: "nowhere" }, /^not_found/u],
  ["an option as revision", { from: "--output=x" }, /^(?:invalid_input|not_found)/u],
  ["an unknown symbol", { symbol: "laod" }, /^not_found: .*\nhint: Near names: load/u],
])("refuses %s", async (_, input, expected) => {
  await using place = await committed();
  expect(await place.failure("impact", input)).toMatch(expected);
});

test("without a repository it says what to do instead", async () => {
  await using place = await project(FILES);
  expect(await place.failure("impact", { changes: true })).toMatch(
    /^not_found: no root is a git repository.*\nhint: Give symbol/u,
  );
});

test("a repository that begins above the root is not used, and it says what to serve instead", async () => {
  await using place = await project(FILES);
  place.git("init", "-q", "..");
  place.git("add", ".");
  place.git("commit", "-q", "-m", "first");
  await place.write("src/store.ts", FILES["src/store.ts"].replace("return path;", "return path.trim();"));
  for (const input of [{ changes: true }, { from: "HEAD" }])
    expect(await place.failure("impact", input)).toBe(
      "not_found: no root is a git repository with a working tree, or has one in it\n" +
        "hint: Give symbol instead: what depends on it is told without git. " +
        "A repository that begins above a root is not used: serve its top folder.",
    );
  expect(await place.ask("impact", { symbol: "load" })).toMatch(/^\[/u);
});

test("repositories in the root count too, each against its own revision", async () => {
  await using place = await committed({ ...FILES, ".gitignore": "ignored/\n" });
  const library = "export function helper(): void {}\n\nexport function other(): void {}\n";
  const inner = (folder: string, ...args: string[]): void => place.git("-C", folder, ...args);
  await place.write("lib/src/help.ts", library);
  await place.write(
    "src/uses.ts",
    "import { helper } from '../lib/src/help.ts';\nexport function uses(): void {\n  helper();\n}\n",
  );
  place.git("init", "-q", "lib");
  inner("lib", "add", ".");
  inner("lib", "commit", "-q", "-m", "first of the library");
  place.git("add", "src");
  place.git("commit", "-q", "-m", "uses the library");
  await place.write("fresh/new.ts", "export const fresh = 1;\n");
  place.git("init", "-q", "fresh");
  expect(await place.ask("impact", { changes: true })).toMatch(
    /^\[nothing changed against HEAD; not compared, without HEAD: fresh; /u,
  );
  await place.write(
    "lib/src/help.ts",
    library.replace("helper(): void {}", "helper(): void {\n  other();\n}"),
  );
  await place.write("src/store.ts", FILES["src/store.ts"].replace("return path;", "return path.trim();"));
  const answer = await place.ask("impact", { changes: true });
  expect(answer).toMatch(/^\[2 changed definitions in 2 changed files against HEAD: /u);
  expect(below(answer).slice(0, 3)).toEqual([
    "## Changed",
    "  src/store.ts:7-9 read",
    "  lib/src/help.ts:1-3 helper",
  ]);
  expect(answer).toMatch(/src\/uses\.ts\n {2}2-4 uses, at 3/u);
  expect(await place.ask("impact", { from: "HEAD~1" })).toMatch(
    /not compared, without HEAD~1: (?:lib, fresh|fresh, lib); /u,
  );
});

test("a repository without a commit has nothing to compare with", async () => {
  await using place = await project(FILES);
  place.git("init", "-q");
  expect(await place.failure("impact", { changes: true })).toMatch(
    /^not_found: the repository has no commit yet/u,
  );
});
