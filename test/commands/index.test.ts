import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tinyBert } from "../support/tiny-bert.ts";
import { person } from "./command-line.ts";
import { onTerminal } from "./on-terminal.ts";

const CODE = "export function sweep(): void {}\n";

test("index brings all in and says how it stands, and a second time there is nothing to do", async () => {
  await using me = await person();
  await me.write("project/src/a.ts", CODE);
  await me.write("project/src/b.py", "def b():\n    pass\n");
  await me.write("project/.env", "PASSWORD=hunter2\n");
  const first = await me.plumbline(["index"]);
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(/^\[.*: complete; 2 files indexed; left out: 1 secret\]\nlanguages: /u);
  for (const none of ["hunter2", "\u001B"]) expect(first.stdout).not.toContain(none);
  expect((await me.plumbline(["index"])).stdout).toBe(first.stdout);
  expect(await readdir(join(me.home, ".cache/plumbline/search"))).toHaveLength(1);
});

test("index takes a root, or a path in one", async () => {
  await using me = await person();
  await me.write("project/src/a.ts", CODE);
  await me.write("other/b.ts", CODE);
  await me.write("other/c.ts", CODE);
  const other = join(me.home, "other");
  const ran = await me.plumbline(["index", join(other, "b.ts"), "--root", me.project, "--root", other]);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout).toMatch(/^\[[^\n]*other[^\n]*: complete; 2 files indexed\]/u);
});

test("with a model of one's own, index waits for its vectors too", { timeout: 120_000 }, async () => {
  await using me = await person();
  await me.write("project/src/a.ts", CODE);
  const model = join(me.home, "tiny.gguf");
  await writeFile(model, tinyBert());
  const flags = ["--search-embedder", "gguf", "--search-gguf-file", model];
  const ran = await me.plumbline(["index", ...flags]);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout).toMatch(/^\[[^\n]*: complete; 1 file indexed\]\n/u);
  // none of these words is in the file: only the model brings it
  expect((await me.plumbline(["search", "zebra quokka", ...flags])).stdout).toContain("src/a.ts");
});

test("an empty folder is no failure", async () => {
  await using me = await person();
  const ran = await me.plumbline(["index"]);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout).toMatch(/: complete; 0 files indexed\]/u);
});

test.skipIf(onTerminal === undefined)("on a terminal nothing of the bar is left", async () => {
  await using me = await person();
  for (let file = 0; file < 200; file++) await me.write(`project/src/${file}.ts`, CODE.repeat(40));
  const ran = await onTerminal?.(me, "index");
  expect(ran?.code).toBe(0);
  expect(ran?.output).toMatch(/indexing /u);
  // the last one is taken away before the answer
  const [, answer] = ran?.output.slice(ran.output.lastIndexOf("indexing")).split("\r\u001B[K") ?? [];
  expect(answer).toMatch(/^\[[^\n]*: complete; /u);
});

test("bad arguments are refused in a line", async () => {
  await using me = await person();
  const outside = await me.plumbline(["index", "/"]);
  expect(outside).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^denied: [^\n]*\n/u) });
  const many = await me.plumbline(["index", "a", "b"]);
  expect(many).toMatchObject({
    stdout: "",
    stderr: expect.stringMatching(/^plumbline: too many arguments[^\n]*\n$/u),
  });
  expect(many.code).not.toBe(0);
});
