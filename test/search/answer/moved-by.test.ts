import { expect, test } from "vitest";
import { movedBy } from "../../../servers/search/answer/moved-by.ts";

const LINES = ["import x;", "", "function open(path) {", "  return path;", "}", "", "open(1);"];
const OPEN = { definition: definition("open", "function open(path)", 3, 5) };

function definition(name: string, signature: string, startLine: number, endLine: number) {
  return { id: 1, name, signature, startLine, endLine, scope: "", kind: "function" as const };
}

test("what did not move stays", () => {
  expect(movedBy([OPEN], LINES)).toBe(0);
});

test("a definition is found again above and below", () => {
  expect(movedBy([OPEN], ["// one", "// two", ...LINES])).toBe(2);
  expect(movedBy([OPEN], LINES.slice(1))).toBe(-1);
  expect(movedBy([{ definition: definition("open", "function open(path)", 40, 42) }], LINES)).toBe(-37);
});

test("what is gone is not found, and its calls are not it", () => {
  expect(movedBy([{ definition: definition("shut", "function shut()", 3, 5) }], LINES)).toBeUndefined();
  expect(
    movedBy([{ definition: definition("open", "function open(path)", 90, 99) }], LINES.slice(5)),
  ).toBeUndefined();
});

test("a unit that defines nothing has nothing to be found by", () => {
  expect(movedBy([{}], LINES)).toBe(0);
});
