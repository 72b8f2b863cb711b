import { expect, test } from "vitest";
import fc from "fast-check";
import { partsOf, wordsOf } from "../../../shared/words/words-of.ts";

test.each([
  ["readFile", "readfil read file"],
  ["READ_FILE", "readfil read file"],
  ["HTTPServer parseJSONData", "httpserver http server parsejsondata pars json data"],
  ["URLs of IDs", "url of id"],
  ["__init__ $scope", "init scope"],
  ["sha256Hash", "sha256hash sha 256 hash"],
  ["timeout and timeOut", "timeout and timeout time out"],
  ["std::vector<int> foo-bar", "std vector int foo bar"],
  ["i = x + 1", ""],
  ["status 404, 10_000 or 1234567890", "statu 404 10000 or"],
  ["0xff 0b1010 deadbeef01234567", ""],
  ["aGVsbG8gd29ybGQhIQ9zdf8aGVsbG8gd29y", ""],
  ["die Größe der Straße", "die größe der straße"],
  ["ПриветМир", "приветмир привет мир"],
  ["文件系统", "文件 件系 系统"],
  ["=> != && ->", ""],
])("%s has the words %s", (text, words) => {
  expect(wordsOf(text).join(" ")).toBe(words);
});

test("keeps the order, and repeats what is there twice", () => {
  expect(wordsOf("close(file); open(file)")).toEqual(["close", "file", "open", "file"]);
});

test("forms of one English word are one word", () => {
  expect(new Set(wordsOf("parse parses parsed parsing"))).toEqual(new Set(["pars"]));
});

test("a whole identifier of more than 64 letters is left out, its parts are not", () => {
  const words = wordsOf(`test_${"that_it_works_".repeat(6)}end`);
  expect(words[0]).toBe("test");
  expect(words).toContain("work");
});

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ unit: "grapheme", maxLength: 200 }),
  fc.stringMatching(/^[a-zA-Z0-9_$ .(){}:;-]{0,200}$/u),
);

test("any text has words of two to 64 characters without blanks, capitals or punctuation", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const word of wordsOf(text)) {
        expect(word).toMatch(/^[\p{L}\p{M}\p{N}]+$/u);
        expect(word).toBe(word.toLowerCase());
        expect(word.length).toBeLessThanOrEqual(80);
      }
    }),
  );
});

test("a text's words are those of its lines, one after the other", () => {
  fc.assert(
    fc.property(fc.array(anyText), (lines) => {
      expect(wordsOf(lines.join("\n"))).toEqual(lines.flatMap(wordsOf));
    }),
  );
});

test("one form of writing accents gives the same words as the other", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(wordsOf(text.normalize("NFD"))).toEqual(wordsOf(text.normalize("NFC")));
    }),
  );
});

test("camel case, snake case and plain prose have the same parts", () => {
  const word = fc.stringMatching(/^[a-z]{2,9}$/u);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      const camel = words.map((each) => each.slice(0, 1).toUpperCase() + each.slice(1)).join("");
      expect(partsOf(camel)).toEqual(partsOf(words.join(" ")));
      expect(wordsOf(camel)).toEqual(wordsOf(words.join("_").toUpperCase()));
    }),
  );
});

test("the parts are the words without the whole identifiers", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const parts = partsOf(text);
      const words = wordsOf(text);
      let at = 0;
      for (const word of words) if (word === parts[at]) at++;
      expect(at).toBe(parts.length);
    }),
  );
});
