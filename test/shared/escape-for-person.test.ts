import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeForPerson } from "../../shared/escape-for-person.ts";

test("what hides itself or turns the text around is spelled out", () => {
  const shown = escapeForPerson("a\u202Ecod\u0000.txt\n\u200B\u00A0\u001B[31m\u2028\u2800\uD800é 漢");
  expect(shown).toBe(
    String.raw`a\u{202e}cod\u{0}.txt\u{a}\u{200b}\u{a0}\u{1b}[31m\u{2028}\u{2800}\u{d800}é 漢`,
  );
});

test("no control, format or invisible character ever comes through", () => {
  const hidden = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(escapeForPerson(text)).not.toMatch(hidden);
    }),
  );
});

test("plain text is left alone", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
      expect(escapeForPerson(text)).toBe(text);
    }),
  );
});
