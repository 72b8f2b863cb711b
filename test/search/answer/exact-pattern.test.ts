import { expect, test } from "vitest";
import { exactPattern } from "../../../servers/search/answer/exact-pattern.ts";

test("names are the pattern when there are some", () => {
  expect(exactPattern("where is openStore called", ["openStore"])).toBe("openStore");
});

test("else the longest words that say something, each once", () => {
  expect(exactPattern("where does the connection pool close idle idle connections", [])).toBe(
    "connections|connection|close",
  );
});

test("nothing for a question of common words", () => {
  expect(exactPattern("what is this", [])).toBe("");
});
