import { expect, test } from "vitest";
import { stateWords } from "../../../servers/search/answer/state-line.ts";

const COMPLETE = { state: "complete", indexed: 12, stale: 0, skipped: {}, problems: [] } as const;

test("a complete index says only how large it is", () => {
  expect(stateWords(COMPLETE)).toEqual(["12 files indexed"]);
});

test("changes that nobody knows of yet are looked for, and not told as if there were some", () => {
  expect(stateWords({ ...COMPLETE, state: "updating" })).toEqual(["12 files indexed, looking for changes"]);
  expect(stateWords({ ...COMPLETE, state: "updating", stale: 2 })).toEqual([
    "12 files indexed, changes are being read",
    "2 changed files shown as of an earlier version",
  ]);
});

test("what is missing, old or left out is said", () => {
  expect(
    stateWords({
      ...COMPLETE,
      state: "building",
      toGo: 28,
      stale: 1,
      skipped: { binary: 2, too_large: 0, secret: 1 },
      problems: ["no table"],
    }),
  ).toEqual([
    "index is being built: 12 files indexed, 28 to go; what is missing may not be in yet",
    "1 changed file shown as of an earlier version",
    "left out: 2 binary, 1 secret",
    "no table",
  ]);
});
