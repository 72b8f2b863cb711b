import { expect, test } from "vitest";
import { exactPattern } from "../../../servers/search/answer/exact-pattern.ts";
import { readQuery } from "../../../servers/search/rank/read-query.ts";

test.each([
  ["names are the pattern when there are some", "where is openStore called", "openStore"],
  ["a name with a dollar sign matches itself", "who calls $open_all", "\\$open_all"],
  ["quotes come before names", 'openStore says "cannot open (locked)"', "cannot open \\(locked\\)"],
  [
    "else the longest words that say something, each once",
    "where does the connection pool close idle idle connections",
    "connections|connection|close",
  ],
  ["nothing for a question of common words", "what is this", ""],
])("%s", (_, query, pattern) => {
  expect(exactPattern(readQuery(query))).toBe(pattern);
  expect(() => new RegExp(pattern, "u")).not.toThrow();
});
