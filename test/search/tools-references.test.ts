import { expect, test } from "vitest";
import { below, project } from "./graph/project.ts";

const SHOP = {
  "src/store.ts":
    "/** Keeps things. It is simple. */\nexport class Store {\n  /** Opens it. */\n  open(path: string): Store {\n    return this.check(path);\n  }\n  private check(path: string): Store {\n    return this;\n  }\n}\nexport function connect(): Store {\n  return new Store().open('x');\n}\n",
  "src/index.ts": "export { connect } from './store.ts';\n",
  "src/app.ts":
    "import { connect } from './index.ts';\nexport function start(): void {\n  connect();\n}\nexport function main(): void {\n  start();\n}\n",
  "src/loop.ts": "export function ping(): void {\n  pong();\n}\nfunction pong(): void {\n  ping();\n}\n",
  "src/door.ts":
    "export class Door {\n  open(): void {}\n}\nexport function enter(door: Door): void {\n  door.open();\n}\n",
  "test/app.test.ts": "import { start } from '../src/app.ts';\ntest('it starts', () => {\n  start();\n});\n",
};

test("references are told with their lines, what they stand in, and what else carries the name", async () => {
  await using shop = await project(SHOP);
  const answer = await shop.ask("find_references", { symbol: "Door.open" });
  expect(answer).toMatch(/^\[1 reference to Door\.open \(src\/door\.ts:2\), in 1 file; /u);
  expect(below(answer)).toEqual(["src/door.ts", "  5 in enter: door.open();"]);
  const connect = await shop.ask("find_references", { symbol: "connect" });
  expect(below(connect)).toEqual(["src/app.ts", "  3 in start: connect();"]);
});

test("callers are walked over several steps, through what is passed on, and tests are among them", async () => {
  await using shop = await project(SHOP);
  const answer = await shop.ask("find_references", { symbol: "connect", direction: "callers", depth: 3 });
  expect(below(answer)).toEqual([
    "step 1",
    "src/app.ts",
    "  2-4 start, at 3",
    "step 2",
    "src/app.ts",
    "  5-7 main, at 6",
    "test/app.test.ts",
    "  top of the file, at 3",
  ]);
});

test("a cycle of calls ends", async () => {
  await using shop = await project(SHOP);
  const answer = await shop.ask("find_references", { symbol: "ping", direction: "callers", depth: 5 });
  expect(below(answer)).toEqual(["step 1", "src/loop.ts", "  4-6 pong, at 5"]);
  const down = await shop.ask("find_references", { symbol: "main", direction: "callees", depth: 5 });
  expect(below(down).filter((line) => line.startsWith("  "))).toEqual([
    "  2-4 start, at 6",
    "  11-13 connect, at src/app.ts:3",
    "  4-6 Store.open, at 12",
    "  2-10 Store, at 12",
    "  7-9 Store.check, at 5",
  ]);
});

test("no caller is no proof, and the answer says so", async () => {
  await using shop = await project(SHOP);
  const answer = await shop.ask("find_references", { symbol: "main", direction: "callers" });
  expect(answer).toMatch(/^\[no caller of main \(src\/app\.ts:5\) found; dynamic uses cannot be seen; /u);
});

test("a place names a definition too", async () => {
  await using shop = await project(SHOP);
  const answer = await shop.ask("find_references", { symbol: "src/store.ts:8" });
  expect(answer).toMatch(/^\[1 reference to Store\.check /u);
});

test("pages of references join to the whole", async () => {
  const calls = Array.from({ length: 25 }, (_, index) => `  help(${index});`);
  await using shop = await project({
    "a.ts": `function help(): void {}\nfunction go() {\n${calls.join("\n")}\n}\n`,
  });
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const answer = await shop.ask("find_references", { symbol: "help", limit: 10, cursor });
    seen.push(...below(answer).filter((line) => line.startsWith("  ")));
    cursor = /more with cursor (\S+)\]/u.exec(answer)?.[1];
  } while (cursor !== undefined);
  expect(seen).toEqual(calls.map((call, index) => `  ${index + 3} in go: ${call.trim()}`));
});

test("a change on the disk shows in the next answer", async () => {
  await using shop = await project(SHOP);
  await shop.ask("index_status", {});
  await shop.write("src/app.ts", `\n${SHOP["src/app.ts"]}`);
  const answer = await shop.ask("find_references", { symbol: "connect" });
  expect(below(answer)).toEqual(["src/app.ts", "  4 in start: connect();"]);
});

test("a name that nothing defines is told where it is used", async () => {
  await using shop = await project({ "a.ts": "import { useState } from 'react';\nuseState();\n" });
  const answer = await shop.ask("find_references", { symbol: "useState" });
  expect(answer).toMatch(/^\[1 reference to useState, which nothing in the index defines/u);
  expect(await shop.failure("find_references", { symbol: "useState", direction: "callers" })).toMatch(
    /^not_found: nothing in the index defines "useState"/u,
  );
});

test.each([
  [
    "an unknown name",
    { symbol: "conect" },
    /^not_found: no definition is called "conect"\nhint: Near names: connect/u,
  ],
  ["a path outside", { symbol: "../x.ts:3" }, /^denied: /u],
  ["a line beyond the end", { symbol: "src/app.ts:900" }, /^invalid_input: src\/app\.ts has 7 lines/u],
  ["a file that is not there", { symbol: "src/none.ts:3" }, /^not_found: src\/none\.ts is not in the index/u],
  ["no name", { symbol: "" }, /^invalid_input: /u],
  ["nothing but dots", { symbol: "..." }, /^not_found: /u],
  ["a cursor from elsewhere", { symbol: "connect", cursor: "x" }, /^invalid_input: cursor/u],
  ["too many steps", { symbol: "connect", direction: "callers", depth: 9 }, /^invalid_input: /u],
])("refuses %s", async (_, input, expected) => {
  await using shop = await project(SHOP);
  expect(await shop.failure("find_references", input)).toMatch(expected);
});
