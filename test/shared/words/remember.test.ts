import { expect, test } from "vitest";
import { remember } from "../../../shared/words/remember.ts";

test("answers once for a key that is asked for again, and forgets the oldest keys", () => {
  const asked: string[] = [];
  const twice = remember((key) => {
    asked.push(key);
    return key + key;
  }, 2);
  expect(["a", "b", "a", "c", "d", "c", "a"].map(twice)).toEqual(["aa", "bb", "aa", "cc", "dd", "cc", "aa"]);
  expect(asked).toEqual(["a", "b", "c", "d"]);
  expect(["e", "f", "g", "h", "b"].map(twice).at(-1)).toBe("bb");
  expect(asked.filter((key) => key === "b")).toHaveLength(2);
});
