import { expect, test } from "vitest";
import { barText } from "../../servers/commands/progress-bar.ts";

test.each([
  [{ done: 0, total: 10 }, "indexing [------------------------] 0 of 10"],
  [{ done: 5, total: 10 }, "indexing [############------------] 5 of 10"],
  [{ done: 12, total: 10 }, "indexing [########################] 12 of 10"],
  [{ done: 3, total: undefined }, "indexing 3"],
  [{ done: 0, total: 0 }, "indexing 0"],
])("a bar of %o is %s", (progress, text) => {
  expect(barText("indexing", progress)).toBe(text);
});
