import fc from "fast-check";
import { expect, test } from "vitest";
import { NameMatch } from "../../../servers/search/rank/name-match.ts";
import { readQuery } from "../../../servers/search/rank/read-query.ts";
import { statisticsOf } from "../../../servers/search/rank/statistics.ts";
import { memoryIndex } from "./memory-index.ts";

function matchOf(query: string): NameMatch {
  const read = readQuery(query);
  const index = memoryIndex([{ path: "a.ts", units: [{ leaves: [{ text: "request response" }] }] }]);
  return new NameMatch(
    read,
    statisticsOf(
      [index],
      read.words.map(({ word }) => word),
    ),
  );
}

test("a name that says all that was asked, and nothing else, matches wholly", () => {
  const match = matchOf("how does the retry policy work");
  expect(match.of("src/retry/policy.ts")).toBeGreaterThan(match.of("src/deep/retry/helper.ts"));
  expect(matchOf("retry policy").of("RetryPolicy.swift")).toBeCloseTo(1, 5);
});

test("of the path only the file and its folder count, and no ending", () => {
  const match = matchOf("json parser");
  expect(match.of("parser/far/away/main.ts")).toBe(0);
  expect(match.of("src/config.json")).toBe(0);
  expect(match.of("json/.parser")).toBeCloseTo(1, 5);
});

test("long words match what they are cut short to, short ones only themselves", () => {
  expect(matchOf("authentication of users").of("auth.py")).toBeGreaterThan(0);
  expect(matchOf("panic recovery").of("recoverer.go")).toBeGreaterThan(0);
  expect(matchOf("stringify").of("str.py")).toBe(0);
});

test("names that share no word with the question match not at all", () => {
  expect(matchOf("panic recovery").of("src/logger.go")).toBe(0);
  expect(matchOf("").of("src/logger.go")).toBe(0);
});

test("a match lies between 0 and 1", () => {
  const words = fc.array(fc.constantFrom("json", "Parser", "retry_policy", "x", "été", "."), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(words, words, (asked, path) => {
      const match = matchOf(asked.join(" ")).of(path.join("/"));
      expect(match).toBeGreaterThanOrEqual(0);
      expect(match).toBeLessThanOrEqual(1 + 1e-9);
    }),
  );
});
