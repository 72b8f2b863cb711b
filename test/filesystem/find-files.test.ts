import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import { callable, type Called } from "../support/call-tool.ts";

const FILES = [
  "src/lib/a.ts",
  "src/lib/b.test.ts",
  "src/main.ts",
  "docs/main.md",
  "build/out.ts",
  ".github/ci.yml",
  ".git/x.ts",
];
let ws: Called;
beforeAll(async () => {
  ws = await callable(filesystem);
  for (const [age, name] of FILES.entries()) {
    await mkdir(join(ws.dir, name, ".."), { recursive: true });
    await writeFile(join(ws.dir, name), name);
    await utimes(join(ws.dir, name), 1_700_000_000 - age * 60, 1_700_000_000 - age * 60);
  }
  await writeFile(join(ws.dir, ".gitignore"), "build\n");
});
afterAll(() => ws[Symbol.asyncDispose]());

async function find(input: Record<string, unknown>): Promise<{ header: string; lines: string[] }> {
  const [text = ""] = await ws.texts("find_files", input);
  const [header = "", ...lines] = text.split("\n");
  return { header, lines };
}

test("finds files by the end of their names at any depth, hidden ones too, ignored ones not", async () => {
  expect((await find({ globs: ["*.ts"] })).lines).toEqual([
    "src/lib/a.ts",
    "src/lib/b.test.ts",
    "src/main.ts",
  ]);
  expect((await find({ globs: ["*.yml"] })).lines).toEqual([".github/ci.yml"]);
  expect((await find({ globs: ["*.ts"], ignored: true })).lines).toContain("build/out.ts");
});

test.each([
  [["src/*.ts"], ["src/main.ts"]],
  [
    ["src/**/*.ts", "!*.test.ts"],
    ["src/lib/a.ts", "src/main.ts"],
  ],
  [["**/main.{ts,md}"], ["docs/main.md", "src/main.ts"]],
  [
    ["**"],
    [".github/ci.yml", ".gitignore", "docs/main.md", "src/lib/a.ts", "src/lib/b.test.ts", "src/main.ts"],
  ],
])("%j finds %j", async (globs, expected) => {
  expect((await find({ globs })).lines).toEqual(expected);
});

test("globs are relative to the directory, answers to the root", async () => {
  expect(await find({ path: "src", globs: ["lib/*"] })).toEqual({
    header: "[src: files 2]",
    lines: ["src/lib/a.ts", "src/lib/b.test.ts"],
  });
});

test("sorts by time, newest first, over pages too", async () => {
  const first = await find({ globs: ["*.{ts,md}"], sort: "mtime", limit: 3 });
  expect(first.lines).toEqual(["src/lib/a.ts", "src/lib/b.test.ts", "src/main.ts"]);
  const cursor = /cursor ([\w-]+)/.exec(first.header)?.[1];
  expect(await find({ globs: ["*.{ts,md}"], sort: "mtime", limit: 3, cursor })).toEqual({
    header: "[.: files 4-4 of 4]",
    lines: ["docs/main.md"],
  });
});

test("pages give every file once", async () => {
  const whole = await find({ globs: ["**"] });
  const lines: string[] = [];
  for (let cursor: string | undefined, done = false; !done;) {
    const page = await find({ globs: ["**"], limit: 2, ...(cursor === undefined ? {} : { cursor }) });
    lines.push(...page.lines);
    cursor = /go on with cursor ([\w-]+)/.exec(page.header)?.[1];
    done = cursor === undefined;
  }
  expect(lines).toEqual(whole.lines);
});

test("finding nothing is said, and that ignored files were not searched", async () => {
  expect((await find({ globs: ["*.zig"] })).header).toBe("[.: files 0; 1 ignored entries not searched]");
});

test("a hostile glob is ended and the loop is not blocked", async () => {
  const glob = `${"+(a|+(a|+(a|b)))".repeat(8)}x`;
  await writeFile(join(ws.dir, "a".repeat(200)), "");
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 20);
  const failure = await ws.call("find_files", { globs: [glob] });
  clearInterval(timer);
  expect(longest).toBeLessThan(1_000);
  if (failure.error !== undefined) expect(["timeout", "invalid_input"]).toContain(failure.error);
});

test("refuses globs that say nothing", async () => {
  expect(await ws.failure("find_files", { globs: [] })).toMatch(/^invalid_input/);
  expect(await ws.failure("find_files", { globs: [""] })).toMatch(/^invalid_input/);
});
