import { expect, test } from "vitest";
import fc from "fast-check";
import { hashesIn } from "../../../shared/words/hashes-in.ts";
import { wordHash } from "../../../shared/words/word-hash.ts";
import { wordsOf } from "../../../shared/words/words-of.ts";

function hashesOf(text: string, from = 0, to = text.length): number[] {
  const found: number[] = [];
  hashesIn({ text, from, to }, (hashes) => void found.push(...hashes));
  return found;
}

const letters = fc.constantFrom(
  "a",
  "B",
  "_",
  "$",
  "1",
  " ",
  ".",
  "é",
  "\u0301",
  "字",
  "ß",
  "😀",
  "\ud83d",
  "\udc00",
  "\n",
);
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(letters).map((all) => all.join("")),
);

test("are those of the text's words, in their order", () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(hashesOf(given)).toEqual(wordsOf(given).map(wordHash));
    }),
  );
});

test("of a part are those of its lines alone", () => {
  fc.assert(
    fc.property(fc.array(text), text, fc.array(text), (before, middle, after) => {
      const head = before.map((each) => `${each}\n`).join("");
      const whole = `${head}${middle}\n${after.join("\n")}`;
      expect(hashesOf(whole, head.length, head.length + middle.length)).toEqual(
        wordsOf(middle).map(wordHash),
      );
    }),
  );
});

test("stay the same when more was read than is remembered", () => {
  const words = Array.from({ length: 90_000 }, (_, index) => `name${index}Of${index % 7}`);
  const all = words.map((word) => hashesOf(word));
  for (const index of [0, 1, 39_999, 40_000, 40_001, 80_000, 89_999])
    expect(all[index]).toEqual(wordsOf(words[index] ?? "").map(wordHash));
  expect(hashesOf(words.slice(0, 50).join(" "))).toEqual(wordsOf(words.slice(0, 50).join(" ")).map(wordHash));
});
