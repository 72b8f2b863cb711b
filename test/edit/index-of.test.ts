import fc from "fast-check";
import { expect, test } from "vitest";
import { indexOf } from "../../shared/edit/index-of.ts";

test("a long needle is found where the engine finds it", () => {
  const part = fc.constantFrom("a", "a", "b");
  const block = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
  const needle = fc
    .tuple(block, block, fc.integer({ min: 60, max: 150 }))
    .map(([one, other, times]) => one.repeat(times) + other);
  const some = fc.array(fc.tuple(block, fc.integer({ min: 1, max: 300 })), { maxLength: 8 });
  fc.assert(
    fc.property(needle, some, fc.nat(1000), fc.boolean(), (wanted, blocks, from, present) => {
      const text =
        blocks.map(([one, times]) => one.repeat(times)).join("") +
        (present ? wanted : "") +
        wanted.slice(0, -1);
      expect(indexOf(text, wanted, from)).toBe(text.indexOf(wanted, from));
    }),
    { numRuns: 500 },
  );
});

test("a text of nearly nothing but nearly the needle takes about as long as any other", () => {
  const size = 2 * 1024 * 1024;
  const timeOf = (text: string, needle: string): number => {
    const start = performance.now();
    expect(indexOf(text, needle, 0)).toBe(-1);
    return performance.now() - start;
  };
  const many = "a".repeat(100_000);
  const blocks = `${many.slice(1)}b`.repeat(size / many.length);
  // The engine's own search takes the better part of a minute for each.
  expect(timeOf("a".repeat(size), `${many}b${many}`)).toBeLessThan(5_000);
  expect(timeOf(blocks, `b${many}`)).toBeLessThan(5_000);
  expect(timeOf(blocks, many)).toBeLessThan(5_000);
});
