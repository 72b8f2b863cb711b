import { expect, test } from "vitest";
import { stateWords } from "../../../servers/search/answer/state-line.ts";

const COMPLETE = { state: "complete", indexed: 12, total: 12, stale: 0, skipped: {}, problems: [] } as const;

test("a complete index says only how large it is", () => {
  expect(stateWords(COMPLETE)).toEqual(["12 files indexed"]);
});

test("what is missing, old or left out is said", () => {
  expect(
    stateWords({
      ...COMPLETE,
      state: "building",
      total: 40,
      stale: 1,
      skipped: { binary: 2, too_large: 0, secret: 1 },
      problems: ["no table"],
    }),
  ).toEqual([
    "index is being built: 12 of 40 files indexed, what is missing may not be in yet",
    "1 changed file shown as of an earlier version",
    "left out: 2 binary, 1 secret",
    "no table",
  ]);
});
