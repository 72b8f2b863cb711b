import fc from "fast-check";
import { expect, test } from "vitest";
import { readQuery } from "../../../servers/search/rank/read-query.ts";

function asked(text: string): string[] {
  return readQuery(text)
    .words.filter((word) => word.asked)
    .map(({ word }) => word);
}

test.each([
  ["HttpClient", "symbol"],
  ["parse_config", "symbol"],
  ["class HttpClient", "symbol"],
  ["Store.open", "symbol"],
  ["std::vector::push_back", "symbol"],
  ["close()", "symbol"],
  ["retry", "mixed"],
  ["where does HttpClient close its sockets", "mixed"],
  ["how are requests retried after a failure", "language"],
  ["what runs in node.js, e.g. on macOS", "language"],
  ["", "language"],
])("%j is a query of the class %s", (text, expected) => {
  expect(readQuery(text).class).toBe(expected);
});

test("words are stemmed, and those that every question has are left out", () => {
  expect(asked("how are the failing requests retried?")).toEqual(["fail", "request", "retri"]);
});

test("a question of nothing but common words keeps them", () => {
  expect(asked("what is this")).not.toEqual([]);
});

test("synonyms come behind the words that were asked and weigh less", () => {
  const { words } = readQuery("delete a folder");
  const others = words.filter((word) => !word.asked);
  expect(others.map(({ word }) => word)).toEqual(expect.arrayContaining(["remov", "directori", "dir"]));
  expect(others.every(({ weight }) => weight === 0.15)).toBe(true);
});

test("a word that was asked is not also a synonym", () => {
  const { words } = readQuery("delete or remove");
  expect(words.filter(({ word }) => word === "remov")).toEqual([
    expect.objectContaining({ asked: true, weight: 1 }),
  ]);
});

test("names keep what they lie in, whatever the language writes between", () => {
  expect(readQuery("Store.open and Cache::drop and `flushAll`").identifiers).toEqual([
    { name: "open", scope: "Store" },
    { name: "drop", scope: "Cache" },
    { name: "flushAll", scope: "" },
  ]);
});

test("the one word of a query may be a name", () => {
  expect(readQuery("retry").identifiers).toEqual([{ name: "retry", scope: "" }]);
  expect(readQuery("retry slowly please").identifiers).toEqual([]);
});

test("what stands in double quotes is a phrase", () => {
  expect(readQuery('who says "not a directory" to "me"').phrases).toEqual(["not a directory", "me"]);
});

test.each([
  ["unit tests for the parser", ["test"]],
  ["documentation of the command line", ["docs"]],
  ["example of a custom logger", ["example"]],
  ["how is latency tested and documented", ["test", "docs"]],
  ["test whether a path is a directory", []],
])("%j asks for files of the roles %j", (text, roles) => {
  expect(readQuery(text).roles).toEqual(roles);
});

test("any text can be read", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const query = readQuery(text);
      expect(query.words.length).toBeLessThanOrEqual(64);
      expect(query.identifiers.length).toBeLessThanOrEqual(8);
    }),
  );
});
