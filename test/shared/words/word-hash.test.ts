import { expect, test } from "vitest";
import fc from "fast-check";
import { wordHash } from "../../../shared/words/word-hash.ts";

test("is a whole number of 26 bits, the same for the same word", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (word) => {
      const hash = wordHash(word);
      expect(Number.isInteger(hash)).toBe(true);
      expect(hash).toBeLessThan(2 ** 26);
      expect(hash).toBeGreaterThanOrEqual(0);
      expect(wordHash(word.slice(0))).toBe(hash);
    }),
  );
});

test("words that differ little are spread evenly", () => {
  const hashes = Array.from({ length: 30_000 }, (_, index) => wordHash(`item${index}`));
  expect(new Set(hashes).size).toBeGreaterThan(29_970);
  const buckets = new Uint32Array(64);
  for (const hash of hashes) buckets[hash & 63] = (buckets[hash & 63] ?? 0) + 1;
  expect(Math.max(...buckets)).toBeLessThan(600);
  expect(Math.min(...buckets)).toBeGreaterThan(350);
});
