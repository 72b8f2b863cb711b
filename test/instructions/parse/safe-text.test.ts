import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { safeText } from "../../../instructions/parse/safe-text.ts";

function told(raw: string): string[] {
  return safeText(raw).problems.map(
    ({ code, line = 0, message }) => `${code}@${line} ${message.split(" ", 1)[0]}`,
  );
}

const TAGS = "hidden"
  .split("")
  .map((letter) => String.fromCodePoint(0xe0000 + (letter.codePointAt(0) ?? 0)))
  .join("");

describe("what nobody sees is taken out, with a warning that has its line and how many there were", () => {
  test.each<[string, string, string, string[]]>([
    ["zero-width characters", "a\nb\u200Bc\u200B\n", "a\nbc\n", ["zero_width@2 2"]],
    ["a word joiner and a mark of the byte order inside", "a\u2060\uFEFFb", "ab", ["zero_width@1 2"]],
    ["bidirectional controls", "x\n\u202Eevil\u202C\n\u2066y\u2069", "x\nevil\ny", ["bidi_controls@2 4"]],
    ["marks of direction", "a\u200E\u200F\u061Cb", "ab", ["bidi_controls@1 3"]],
    ["tag characters", `do this${TAGS}\n`, "do this\n", ["tag_characters@1 6"]],
    [
      "tag characters behind a flag that are no flag",
      `\u{1F3F4}${TAGS}\u{E007F}`,
      "\u{1F3F4}",
      ["tag_characters@1 7"],
    ],
    ["controls", "a\u0000\u0007\u001B[31mb\u0085\u009Bc", "a[31mbc", ["control_characters@1 5"]],
    ["form feeds and vertical tabs", "a\n\f\n\vb", "a\n\nb", ["control_characters@2 2"]],
    [
      "variation selectors in a row",
      "\u{1F600}\uFE0F\uFE0F\u{E0100}",
      "\u{1F600}\uFE0F",
      ["variation_selectors@1 2"],
    ],
    ["a variation selector behind a letter", "a\uFE0Fb", "ab", ["variation_selectors@1 1"]],
    [
      "soft hyphens, fillers and joiners of graphemes",
      "a\u00AD\u3164\u034F\u115Fb",
      "ab",
      ["invisible_characters@1 4"],
    ],
    ["annotations and noncharacters", "a\uFFF9b\uFFFBc\uFFFE\u{1FFFF}", "abc", ["invisible_characters@1 4"]],
    ["separators of lines, which become blanks", "a\u2028b\u2029c", "a b c", ["invisible_characters@1 2"]],
    [
      "halves of characters, which become a sign",
      "a\uD83D\nb\uDE00",
      "a\uFFFD\nb\uFFFD",
      ["lone_surrogates@1 2"],
    ],
    ["joiners between letters that do not join", "ad\u200Dmin", "admin", ["zero_width@1 1"]],
    ["a second joiner in a row", "\u0645\u200C\u200C\u0646", "\u0645\u200C\u0646", ["zero_width@1 1"]],
    ["joiners at the end of an emoji", "\u{1F600}\u200D\u200D", "\u{1F600}", ["zero_width@1 2"]],
    ["an emoji's joiner before a letter", "\u{1F600}\u200Da", "\u{1F600}a", ["zero_width@1 1"]],
    ["a keycap's selector without the keycap", "1\uFE0F2", "12", ["variation_selectors@1 1"]],
  ])("%s", (_, raw, text, problems) => {
    expect({ text: safeText(raw).text, told: told(raw) }).toEqual({ text, told: problems });
  });

  test("each kind is told once, the most telling first, with code points and lines", () => {
    const raw = `a\u200B\nb\u202E\nc\u200D\n${"\u200B\n".repeat(6)}${TAGS}`;
    expect(safeText(raw).problems).toEqual([
      {
        level: "warning",
        code: "tag_characters",
        message:
          "6 Unicode tag characters, which only a model can read, were taken out (U+E0068, U+E0069, U+E0064, U+E0065 and 1 more; line 10)",
        line: 10,
      },
      {
        level: "warning",
        code: "bidi_controls",
        message: "1 character that turns the direction of text was taken out (U+202E; line 2)",
        line: 2,
      },
      {
        level: "warning",
        code: "zero_width",
        message:
          "8 characters without a width were taken out (U+200B, U+200D; lines 1, 3, 4, 5, 6 and 3 more)",
        line: 1,
      },
    ]);
  });
});

describe("what is meant to be there stays, without a word", () => {
  test.each([
    ["a family", "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}"],
    ["a heart with its selector", "\u2764\uFE0F and \u2764\uFE0F\u200D\u{1F525}"],
    ["tones of skin", "\u{1F469}\u{1F3FD}\u200D\u{1F680} \u{1F44D}\u{1F3FF}"],
    ["a rainbow flag", "\u{1F3F3}\uFE0F\u200D\u{1F308}"],
    ["a pirate's flag", "\u{1F3F4}\u200D\u2620\uFE0F"],
    ["Scotland's flag", "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}"],
    ["flags of letters", "\u{1F1E9}\u{1F1EA}"],
    ["keycaps", "1\uFE0F\u20E3 #\uFE0F\u20E3"],
    ["signs as text and as emoji", "\u26A0\uFE0F \u2714\uFE0E \u2139\uFE0F \u00A9\uFE0F"],
    ["Arabic and Hebrew", "\u0645\u0631\u062D\u0628\u0627 \u05E9\u05DC\u05D5\u05DD"],
    ["a Persian word with its joiner", "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645"],
    ["a joiner behind an Arabic vowel", "\u0645\u064E\u200C\u0646"],
    ["Sinhala with its joiner", "\u0DC1\u0DCA\u200D\u0DBB\u0DD3"],
    ["a form of a Han letter", "\u845B\u{E0100}"],
    ["tabs, combining marks, nerd fonts, odd blanks", "a\tb e\u0301 \uE0A0 \u00A0\u3000"],
    ["braille", "\u2800\u28FF"],
  ])("%s", (_, text) => {
    expect(safeText(text)).toEqual({ text, problems: [] });
  });
});

test("line ends become line feeds, and a mark of the byte order goes", () => {
  expect(safeText("\uFEFFa\r\nb\rc\r\r\nd")).toEqual({ text: "a\nb\nc\n\nd", problems: [] });
});

test("whatever it is given, nothing unseen is left, each line stays in its place, and a second pass changes nothing", () => {
  const odd = fc.constantFrom(
    ..."\n\r\t @a1#\u200B\u200C\u200D\u202E\uFE0F\u20E3\u2764\uFEFF\u0645\u2028\uD83D\uDE00".split(""),
    "\u{E0041}",
    "\u{E007F}",
    "\u{1F3F4}",
    "\u{1F468}",
    "\u{1F3FD}",
    "\u845B",
    "\u{E0100}",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(odd).map((chars) => chars.join("")),
  );
  fc.assert(
    fc.property(text, (raw) => {
      const safe = safeText(raw);
      expect(safe.text).not.toMatch(
        /(?![\n\t])\p{Cc}|\p{Cs}|[\u202A-\u202E\u2066-\u2069\u200B\u2060\uFEFF\u2028\u2029]/u,
      );
      const lines = raw.replaceAll(/\r\n?/gu, "\n").split("\n").length;
      expect(safe.text.split("\n")).toHaveLength(lines);
      for (const { line = 0 } of safe.problems) expect(line > 0 && line <= lines).toBe(true);
      expect(safeText(safe.text).text.length <= safe.text.length).toBe(true);
      if (safe.problems.length === 0) expect(safeText(safe.text)).toEqual(safe);
    }),
  );
});
