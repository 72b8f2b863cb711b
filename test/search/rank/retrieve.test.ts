import { expect, test } from "vitest";
import { readQuery } from "../../../servers/search/rank/read-query.ts";
import { retrieve, type Asked, type Place } from "../../../servers/search/rank/retrieve.ts";
import { memoryIndex, vectorOf, type GivenFile } from "./memory-index.ts";

const RETRY =
  "function retryRequest(request) {\n  // wait and send the failed request again\n  backoff(request);\n}";
const CLOSE = "function closeSocket(socket) {\n  socket.end();\n}";
const PARSE = "function parseHeader(line) {\n  return line.split(colon);\n}";

const FILES: readonly GivenFile[] = [
  { path: "src/close.ts", units: [{ leaves: [{ text: CLOSE, name: "closeSocket" }] }] },
  { path: "src/retry.ts", units: [{ leaves: [{ text: RETRY, name: "retryRequest" }] }] },
  { path: "test/retry.test.ts", role: "test", units: [{ leaves: [{ text: RETRY, name: "retryRequest" }] }] },
  { path: "src/parse.ts", units: [{ leaves: [{ text: PARSE, name: "parseHeader" }] }] },
];

function found(
  query: string,
  asked: Partial<Asked & Place> = {},
  files: readonly GivenFile[] = FILES,
): string[] {
  const { vectorOf, ...narrowed } = asked;
  const place = { reader: memoryIndex(files), ...narrowed };
  const { ranked } = retrieve([place], { query: readQuery(query), vectorOf });
  return ranked.map(({ scored }) => scored.candidate.path);
}

test("code comes before a test with the same words", () => {
  expect(found("send a failed request again")).toEqual(["src/retry.ts", "test/retry.test.ts"]);
});

test("who asks for tests gets them first", () => {
  expect(found("unit tests for sending a failed request again")[0]).toBe("test/retry.test.ts");
});

test("a bare name finds its definition before what only speaks of it", () => {
  const speaks = Array.from({ length: 5 }, () => "parseHeader parseHeader parseHeader").join("\n");
  const files = [{ path: "src/calls.ts", units: [{ leaves: [{ text: speaks, name: "calls" }] }] }, ...FILES];
  expect(found("parseHeader", {}, files)[0]).toBe("src/parse.ts");
});

test("a long definition is found where it begins, not in its further pieces", () => {
  const store = { name: "DataStore", kind: "class" } as const;
  const piece = { ...store, text: "DataStore.one = new DataStore(DataStore.room)", from: 1 };
  const units = [
    { leaves: [{ ...store, text: "class DataStore {\n  // keeps things" }] },
    { leaves: [piece] },
  ];
  const reader = memoryIndex([{ path: "store.ts", units }]);
  const { ranked } = retrieve([{ reader }], { query: readQuery("DataStore") });
  expect(ranked.map(({ scored }) => scored.candidate.unit)).toEqual([1, 2]);
});

test("a file that is called what was asked for comes before one that speaks of it", () => {
  const text = "function run(request) {\n  return authenticate(request);\n}";
  const unit = { units: [{ leaves: [{ text, name: "run" }] }] };
  const files = ["src/first.ts", "src/auth.ts", "src/last.ts"].map((path) => ({ path, ...unit }));
  expect(found("how is a request authenticated", {}, files)[0]).toBe("src/auth.ts");
});

test("of several definitions of a name the one in the asked scope comes first", () => {
  const open = (path: string, scope: string): GivenFile => ({
    path,
    units: [{ leaves: [{ text: "open() {\n  return 1;\n}", name: "open", scope, kind: "method" }] }],
  });
  expect(found("Store.open", {}, [open("a.ts", "Cache"), open("b.ts", "Store"), ...FILES])[0]).toBe("b.ts");
});

test("paths, languages and roles narrow every list", () => {
  expect(found("retryRequest", { within: { under: ["test/"] } })).toEqual(["test/retry.test.ts"]);
  expect(found("retryRequest", { within: { roles: ["code"] } })).toEqual(["src/retry.ts"]);
  expect(found("retryRequest", { within: { languages: ["rust"] } })).toEqual([]);
});

test("what is near in meaning is found without a common word", () => {
  const near = vectorOf(1, 0.1);
  const files = FILES.map((file) => ({
    ...file,
    units: file.units.map((unit) => ({
      ...unit,
      vector: file.path === "src/close.ts" ? near : vectorOf(0, 1),
    })),
  }));
  expect(found("hang up", { vectorOf: () => vectorOf(1, 0) }, files)[0]).toBe("src/close.ts");
});

test("a model's cosines bring units in", () => {
  const index = memoryIndex(FILES);
  const unit = index.all.find(({ path }) => path === "src/close.ts")?.unit ?? 0;
  expect(found("hang up", { model: new Map([[unit, 0.8]]) })).toEqual(["src/close.ts"]);
});

test("words that no unit holds are told, and results that hold little are weak", () => {
  const { unknown, weak } = retrieve([{ reader: memoryIndex(FILES) }], {
    query: readQuery("zebra walrus giraffe request"),
  });
  expect(unknown).toEqual(["zebra", "walru", "giraff"]);
  expect(weak).toBe(true);
  expect(retrieve([{ reader: memoryIndex(FILES) }], { query: readQuery("failed request") }).weak).toBe(false);
});

test("an empty index has no answer", () => {
  expect(found("anything at all", {}, [])).toEqual([]);
});

test("units of several indexes are ranked as if they were of one", () => {
  const query = readQuery("send a failed request again");
  const pathsOf = (indexes: readonly (readonly GivenFile[])[]): string[] =>
    retrieve(
      indexes.map((files) => ({ reader: memoryIndex(files) })),
      { query },
    ).ranked.map(({ scored }) => `${indexes[scored.place]?.[scored.candidate.file - 1]?.path}`);
  const whole = [
    ...FILES,
    { path: "lib/ask.ts", units: [{ leaves: [{ text: "request(again);", name: "ask" }] }] },
  ];
  for (let cut = 0; cut <= whole.length; cut++)
    expect(pathsOf([whole.slice(0, cut), whole.slice(cut)])).toEqual(pathsOf([whole]));
});
