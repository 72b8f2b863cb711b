import { expect, test } from "vitest";
import { ToolError } from "../../shared/errors.ts";
import { below, project } from "./graph/project.ts";

const FILES = {
  "src/store.ts":
    "/** Keeps things. It is simple. */\nexport class Store {\n  /** Opens it. */\n  open(path: string): void {}\n  openAll(): void {}\n}\nexport function openStore(): Store {\n  return new Store();\n}\n",
  "src/deep/more.py": "def load():\n    pass\n\n\nclass Box:\n    def open(self):\n        pass\n",
  "notes.txt": "nothing\n",
  "test/store.test.ts": "export function open(): void {}\n",
};

test("symbols are found by name, scope, beginning and letters, code before tests", async () => {
  await using place = await project(FILES);
  const places = async (name: string, more = {}): Promise<string[]> =>
    below(await place.ask("find_symbol", { name, ...more }))
      .filter((line) => !line.startsWith(" "))
      .map((line) => line.split(": ")[0] ?? "");
  expect(await places("open")).toEqual([
    "src/deep/more.py:6-7 method Box.open",
    "src/store.ts:4 method Store.open",
    "test/store.test.ts:1 function open",
  ]);
  expect(await places("Store.open")).toEqual(["src/store.ts:4 method Store.open"]);
  expect(await places("Store::open()")).toEqual(["src/store.ts:4 method Store.open"]);
  expect(await places("STORE")).toEqual(["src/store.ts:2-6 class Store"]);
  expect(await places("openA")).toEqual(["src/store.ts:5 method Store.openAll"]);
  expect(await places("opst")).toEqual(["src/store.ts:7-9 function openStore"]);
  expect(await places("open", { paths: ["src"], kinds: ["method"] })).toEqual([
    "src/deep/more.py:6-7 method Box.open",
    "src/store.ts:4 method Store.open",
  ]);
});

test("a body comes as it is on the disk, a doc's first sentence without it", async () => {
  await using place = await project(FILES);
  expect(below(await place.ask("find_symbol", { name: "openStore", body: true }))).toEqual([
    "src/store.ts:7-9 function openStore",
    "export function openStore(): Store {",
    "  return new Store();",
    "}",
  ]);
  expect(below(await place.ask("find_symbol", { name: "Store" }))).toEqual([
    "src/store.ts:2-6 class Store: export class Store",
    "    Keeps things.",
  ]);
});

test("a file's outline is nested and has signatures, lines and docs", async () => {
  await using place = await project(FILES);
  const answer = await place.ask("outline", { path: "src/store.ts" });
  expect(answer).toMatch(/^\[src\/store\.ts: 4 definitions, 9 lines of typescript; /u);
  expect(below(answer)).toEqual([
    "2-6 export class Store // Keeps things.",
    "  4 open(path: string): void // Opens it.",
    "  5 openAll(): void",
    "7-9 export function openStore(): Store",
  ]);
  expect(below(await place.ask("outline", { path: "src/store.ts", depth: 1 }))).toHaveLength(2);
});

test("a folder's outline tells its files and what they define, and counts what lies deeper", async () => {
  await using place = await project(FILES);
  expect(below(await place.ask("outline", { path: "src" }))).toEqual([
    "deep/ 1 file, 7 lines",
    "store.ts 9: Store, openStore",
  ]);
  expect(below(await place.ask("outline", { path: "src", depth: 2 }))).toEqual([
    "deep/ 1 file, 7 lines",
    "  more.py 7: load, Box",
    "store.ts 9: Store, openStore",
  ]);
});

test("a file that is not in the index is parsed on the spot, or it is said why not", async () => {
  const big = `export function first(): void {}\n${"// filler that makes it large\n".repeat(200)}`;
  await using place = await project(
    {
      ...FILES,
      "big.ts": big,
      "blob.bin": "a\0b",
      ".gitignore": "out/\n",
      "out/made.ts": "export const made = 1;\n",
    },
    { options: { embedder: "none", maxFileKb: 1 } },
  );
  expect(await place.ask("outline", { path: "big.ts" })).toMatch(
    /not in the index: it is too large, parsed now/u,
  );
  expect(await place.ask("outline", { path: "out/made.ts" })).toMatch(/not in the index, parsed now.*\n1 /su);
  expect(await place.failure("outline", { path: "blob.bin" })).toMatch(/^invalid_input: blob\.bin is /u);
});

test("what may not be read is not shown", async () => {
  await using place = await project(FILES, {
    permit: ({ relative }, intent) => {
      if (relative === "src/store.ts" && intent === "read") throw new ToolError("denied", "no");
    },
  });
  for (const [tool, input] of [
    ["find_symbol", { name: "Store" }],
    ["outline", { path: "src" }],
    ["map_repository", {}],
    ["explore", { query: "keeps things" }],
    ["find_references", { symbol: "load" }],
  ] as const)
    expect(await place.either(tool, input)).not.toMatch(/class Store|openStore|Keeps/u);
  expect(await place.either("outline", { path: "src/store.ts" })).toMatch(/^denied/u);
});

test.each([
  ["an unknown name", "find_symbol", { name: "opneStore" }, /^not_found: .*\nhint: Near names: openStore/u],
  ["an empty name", "find_symbol", { name: "" }, /^invalid_input/u],
  ["an unknown kind", "find_symbol", { name: "open", kinds: ["thing"] }, /^invalid_input/u],
  ["a path outside", "outline", { path: "../x" }, /^denied/u],
  ["a path that is not there", "outline", { path: "src/none" }, /^not_found/u],
  ["a path outside for symbols", "find_symbol", { name: "open", paths: ["/etc"] }, /^denied/u],
])("refuses %s", async (_, tool, input, expected) => {
  await using place = await project(FILES);
  expect(await place.failure(tool, input)).toMatch(expected);
});

test("the index's state is told with what is left out and why", async () => {
  await using place = await project({ ...FILES, "blob.bin": "a\0b" });
  const answer = await place.ask("index_status", {});
  expect(answer).toMatch(/^\[\.: complete; \d+ files indexed/u);
  expect(answer).toMatch(/languages: typescript 2, python 1/u);
  expect(answer).toMatch(/cut by syntax: 3 of/u);
});
