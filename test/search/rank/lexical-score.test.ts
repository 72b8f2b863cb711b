import fc from "fast-check";
import { expect, test } from "vitest";
import { LexicalScorer } from "../../../servers/search/rank/lexical-score.ts";
import { readQuery } from "../../../servers/search/rank/read-query.ts";
import { statisticsOf } from "../../../servers/search/rank/statistics.ts";
import { memoryIndex, type GivenFile } from "./memory-index.ts";

function scoresOf(query: string, files: readonly GivenFile[]) {
  const index = memoryIndex(files);
  const { words } = readQuery(query);
  const scorer = new LexicalScorer(
    words,
    statisticsOf(
      [index],
      words.map(({ word }) => word),
    ),
  );
  return index.all.map((unit) => scorer.score(unit));
}

function file(path: string, ...texts: readonly string[]): GivenFile {
  return { path, units: texts.map((text) => ({ leaves: [{ text }] })) };
}

test("a unit with a rare word scores above one with a common word", () => {
  const [common, rare] = scoresOf("socket zebra", [
    file("a.ts", "socket open", "zebra open", "socket shut", "socket free"),
  ]);
  expect(rare?.score).toBeGreaterThan(common?.score ?? Infinity);
});

test("a word in a name counts more than in a body, in a path too", () => {
  const [body, name, path] = scoresOf("zebra", [
    { path: "a.ts", units: [{ leaves: [{ text: "run(zebra)", name: "run" }] }] },
    { path: "b.ts", units: [{ leaves: [{ text: "zebra(run)", name: "zebra" }] }] },
    { path: "zebra/c.ts", units: [{ leaves: [{ text: "run(zebra)", name: "run" }] }] },
  ]);
  expect(name?.score).toBeGreaterThan(body?.score ?? Infinity);
  expect(path?.score).toBeGreaterThan(body?.score ?? Infinity);
});

test("the share says how much of the question is there, in whichever leaf", () => {
  const [split, together, half] = scoresOf("zebra walrus", [
    { path: "a.ts", units: [{ leaves: [{ text: "zebra" }, { text: "walrus" }] }] },
    { path: "b.ts", units: [{ leaves: [{ text: "zebra walrus" }, { text: "nothing else" }] }] },
    { path: "c.ts", units: [{ leaves: [{ text: "zebra" }] }, { leaves: [{ text: "walrus" }] }] },
  ]);
  expect([split?.inUnit, together?.inUnit]).toEqual([1, 1]);
  expect(half?.inUnit).toBeCloseTo(0.5, 5);
  expect(together?.leaves[0]).toBeGreaterThan(together?.leaves[1] ?? Infinity);
});

test("of two units with the word as often, the shorter one scores higher", () => {
  const [long, short] = scoresOf("zebra", [
    file("a.ts", `zebra ${"filling of other words ".repeat(50)}`, "zebra here"),
  ]);
  expect(short?.score).toBeGreaterThan(long?.score ?? Infinity);
});

test("scores are finite and never negative, the share lies between 0 and 1", () => {
  const word = fc.constantFrom("zebra", "walrus", "openFile", "close", "x1", "delete_all");
  const text = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(" "));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), text, (texts, query) => {
      for (const score of scoresOf(query, [file("src/open_file.ts", ...texts)])) {
        expect(score.inUnit).toBeGreaterThanOrEqual(0);
        expect(score.inUnit).toBeLessThanOrEqual(1 + 1e-9);
        expect(Number.isFinite(score.score) && score.score >= 0).toBe(true);
      }
    }),
  );
});
