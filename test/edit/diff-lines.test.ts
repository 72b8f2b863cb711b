import fc from "fast-check";
import { expect, test } from "vitest";
import { diffLines } from "../../shared/edit/diff-lines.ts";

/** The new lines, made of the old ones and what changed; fails where changes are out of order or touch. */
function patched(oldLines: readonly string[], newLines: readonly string[]): string[] {
  const lines: string[] = [];
  let from = 0;
  for (const { oldStart, oldEnd, newStart, newEnd } of diffLines(oldLines, newLines)) {
    expect(oldEnd - oldStart + newEnd - newStart).toBeGreaterThan(0);
    expect(oldStart).toBeGreaterThanOrEqual(from);
    lines.push(...oldLines.slice(from, oldStart));
    expect(lines.length).toBe(newStart);
    lines.push(...newLines.slice(newStart, newEnd));
    from = oldEnd;
  }
  return [...lines, ...oldLines.slice(from)];
}

function changedLines(oldLines: readonly string[], newLines: readonly string[]): number {
  return diffLines(oldLines, newLines).reduce(
    (sum, { oldStart, oldEnd, newStart, newEnd }) => sum + oldEnd - oldStart + newEnd - newStart,
    0,
  );
}

/** The length of the longest common subsequence, by the textbook. */
function longestCommon(some: readonly string[], others: readonly string[]): number {
  let row = Array.from({ length: others.length + 1 }, () => 0);
  for (const one of some) {
    const next = [0];
    for (const [at, other] of others.entries())
      next.push(one === other ? (row[at] ?? 0) + 1 : Math.max(next[at] ?? 0, row[at + 1] ?? 0));
    row = next;
  }
  return row.at(-1) ?? 0;
}

const few = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 14 });

test("the fewest lines change", () => {
  fc.assert(
    fc.property(few, few, (oldLines, newLines) => {
      expect(patched(oldLines, newLines)).toEqual(newLines);
      const common = longestCommon(oldLines, newLines);
      expect(changedLines(oldLines, newLines)).toBe(oldLines.length + newLines.length - 2 * common);
    }),
    { numRuns: 1000 },
  );
});

test("changes are named by their lines, and what is between them is not", () => {
  expect(diffLines(["a", "b", "c", "d"], ["b", "c", "x", "y", "d"])).toEqual([
    { oldStart: 0, oldEnd: 1, newStart: 0, newEnd: 0 },
    { oldStart: 3, oldEnd: 3, newStart: 2, newEnd: 4 },
  ]);
});

/** Lines of few kinds in no order, by a fixed rule. */
function scattered(count: number, seed: number): string[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 16_807) % 2_147_483_647;
    return `${state % 5}`;
  });
}

test("texts that differ in too many lines still get a right answer, and soon", () => {
  const lines = Array.from({ length: 30_000 }, (_, at) => `${at}`);
  const other = lines.map((line, at) => (at % 3 === 0 ? (lines[(at * 7) % lines.length] ?? "") : line));
  expect(patched(lines, other)).toEqual(other);
  // What a coarse answer would call changed is everything.
  expect(changedLines(lines, other)).toBeLessThan(40_000);
});

test("texts of few different lines in no order at all too", () => {
  const some = scattered(20_000, 1);
  const others = scattered(20_000, 2);
  expect(patched(some, others)).toEqual(others);
});

test("a text that is turned around", () => {
  const lines = Array.from({ length: 20_000 }, (_, at) => `${at}`);
  const turned = lines.toReversed();
  expect(patched(lines, turned)).toEqual(turned);
});
