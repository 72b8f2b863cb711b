import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applySplices } from "../../shared/edit/apply-splices.ts";
import { findEdits, type FoundEdit } from "../../shared/edit/find-edits.ts";
import type { Edit } from "../../shared/edit/parse-edit.ts";
import type { ByteSource } from "../../shared/edit/splice.ts";
import type { Encoding } from "../../shared/edit/units.ts";
import { ToolError } from "../../shared/errors.ts";
import { heldSource } from "./held-source.ts";

interface Given {
  readonly encoding?: Encoding;
  readonly bom?: number;
  readonly window?: number;
  readonly signal?: AbortSignal;
}

async function find(bytes: Buffer | ByteSource, edits: readonly Edit[], given: Given = {}) {
  return findEdits(Buffer.isBuffer(bytes) ? heldSource(bytes) : bytes, edits, {
    encoding: "utf-8",
    bom: 0,
    shown: "a.txt",
    signal: new AbortController().signal,
    ...given,
  });
}

/** The text after the edits. */
async function edited(text: string, ...edits: Edit[]): Promise<string> {
  const bytes = Buffer.from(text);
  return applySplices(bytes, await find(bytes, edits)).toString();
}

async function failure(text: string | Buffer, edits: readonly Edit[], given: Given = {}) {
  const error: unknown = await find(typeof text === "string" ? Buffer.from(text) : text, edits, given).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ToolError)) throw new Error("no ToolError", { cause: error });
  const { code, message, hint, details } = error;
  return { code, message, hint, details };
}

describe("what an edit does", () => {
  test("one place becomes another text, with its bytes and its line", async () => {
    const found = await find(Buffer.from("one\ntwo\nthree\n"), [{ oldText: "two", newText: "2" }]);
    expect(found).toEqual([{ start: 4, end: 7, insert: Buffer.from("2"), edit: 0, line: 2 }]);
  });

  test("all edits are found in the text as it was, in any order", async () => {
    const edits = [
      { oldText: "c", newText: "a" },
      { oldText: "a", newText: "b" },
      { oldText: "b", newText: "c" },
    ];
    expect(await edited("abc", ...edits)).toBe("bca");
  });

  test("replaceAll changes every place", async () => {
    expect(await edited("a-aa", { oldText: "a", newText: "$&", replaceAll: true })).toBe("$&-$&$&");
    expect(await edited("aaaaa", { oldText: "aa", newText: "b", replaceAll: true })).toBe("bba");
  });

  test.each([
    ["a\r\nb\r\n", "a\nb", "x\ny\nz", "x\r\ny\r\nz\r\n"],
    ["a\nb\n", "a\r\nb", "x\r\ny\r\nz", "x\ny\nz\n"],
    ["a\r\nb\nc\n", "a\nb\nc", "a\nx\nb\nc", "a\r\nx\nb\nc\n"],
    ["a\r\nb\nc\r\nd", "a\nb\nc\nd", "b\nc\nd", "b\nc\r\nd"],
    ["a\r\nb\nc", "b", "b\nb", "a\r\nb\nb\nc"],
    ["a\r\nb\nc", "a", "a\na", "a\r\na\r\nb\nc"],
    ["a\nb\r\nc", "c", "c\nd", "a\nb\r\nc\r\nd"],
    ["a", "a", "a\r\nb", "a\nb"],
    ["a\r\r\nb", "a\nb", "a\nc\nb", "a\r\r\nc\r\r\nb"],
    ["a\r\r\nb", "\nb", "\nc", "a\r\r\nc"],
    ["a\r\r\r\r\nb", "\nb", "", "a\r"],
    ["a\r\nb\r\n", "a\n", "", "b\r\n"],
    ["a\r\nb\r\n", "b", "", "a\r\n\r\n"],
    ["a\rb\rc", "a\rb", "x\ry", "x\ry\rc"],
  ])("in %j, %j becomes %j: %j", async (text, oldText, newText, after) => {
    expect(await edited(text, { oldText, newText })).toBe(after);
  });

  test("a carriage return of a line break is no text of its own", async () => {
    expect(await failure("a\r\nb", [{ oldText: "a\r", newText: "b" }])).toMatchObject({ code: "not_found" });
    expect(await failure("a\r\nb", [{ oldText: "\r", newText: "b" }])).toMatchObject({ code: "not_found" });
  });
});

describe("what is refused", () => {
  test("an edit that says nothing", async () => {
    expect(await failure("a", [{ oldText: "", newText: "b" }])).toMatchObject({
      code: "invalid_input",
      message: "oldText is empty",
    });
    expect(await failure("a", [{ oldText: "a\n", newText: "a\r\n" }])).toMatchObject({
      code: "invalid_input",
      message: "oldText and newText are the same, so nothing would change",
    });
    expect(await failure("a", [{ oldText: "a", newText: "\ud83d" }])).toMatchObject({
      code: "invalid_input",
      message: "the text holds half a character (a lone surrogate)",
    });
  });

  test("a text that is in several places, with their lines", async () => {
    expect(
      await failure("a\nb\na\n", [
        { oldText: "b", newText: "c" },
        { oldText: "a", newText: "b" },
      ]),
    ).toMatchObject({
      code: "invalid_input",
      message: "edit 2 of 2: oldText is in 2 places in a.txt: lines 1, 3",
    });
    expect(await failure("aaa", [{ oldText: "aa", newText: "b" }])).toMatchObject({
      message: "oldText is in 2 places in a.txt: line 1",
    });
    expect((await failure("a\n".repeat(5000), [{ oldText: "a", newText: "b" }])).message).toBe(
      "oldText is in more than 1000 places in a.txt: lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...",
    );
  });

  test("edits that overlap, but not those that touch", async () => {
    const edits = [
      { oldText: "bc", newText: "x" },
      { oldText: "ab", newText: "y" },
    ];
    expect(await failure("abc", edits)).toMatchObject({
      code: "invalid_input",
      message: "edit 2 (line 1) and edit 1 (line 1) overlap in a.txt",
    });
    expect(await edited("abc", { oldText: "ab", newText: "x" }, { oldText: "c", newText: "y" })).toBe("xy");
  });

  test("a character that latin-1 cannot say", async () => {
    const latin = { encoding: "latin-1" } as const;
    expect(await failure(Buffer.from("é", "latin1"), [{ oldText: "é", newText: "€" }], latin)).toMatchObject({
      code: "invalid_input",
      message: "newText has characters that a.txt cannot hold",
    });
    expect(await failure(Buffer.from("é", "latin1"), [{ oldText: "€", newText: "é" }], latin)).toMatchObject({
      code: "not_found",
    });
  });

  test("more places than are held at once", async () => {
    const edit = { oldText: "a", newText: "b", replaceAll: true };
    expect(await failure("a".repeat(100_001), [edit])).toMatchObject({ code: "too_large" });
  });

  test("a call that was given up", async () => {
    const signal = AbortSignal.abort(new Error("given up"));
    await expect(find(Buffer.from("a"), [{ oldText: "a", newText: "b" }], { signal })).rejects.toThrow(
      "given up",
    );
  });
});

describe("what is not there", () => {
  const text = "function one() {\n\treturn 1;\n}\n\nfunction two() {\n\treturn 2;\n}\n";

  test("is shown beside the closest lines", async () => {
    const oldText = "function two() {\n\treturn 3;\n}\n";
    expect(await failure(text, [{ oldText, newText: "" }])).toEqual({
      code: "not_found",
      message: "oldText is not in a.txt; the closest is lines 5 to 8 (- oldText, + the file)",
      hint: "Take oldText from the file as it is now.",
      details: " function two() {\n-\treturn 3;\n+\treturn 2;",
    });
  });

  test.each([
    [
      "function two() {\n    return 2;\n}",
      "It differs only in white space or indentation: take oldText from the file exactly.",
    ],
    [
      "function Two() {\n\treturn 2;\n}",
      "It differs only in the case of letters: take oldText from the file exactly.",
    ],
    [
      "Function  two()",
      "It differs only in white space and the case of letters: take oldText from the file exactly.",
    ],
    ["5:function two() {\n6:\treturn 2;", "oldText seems to have numbers of lines in it: leave them out."],
  ])("%j: %s", async (oldText, hint) => {
    expect(await failure(text, [{ oldText, newText: "" }])).toMatchObject({ hint });
  });

  test("quotes that only look alike", async () => {
    const oldText = "say(“hello”, ‘world’)";
    expect((await failure("say(\"hello\", 'world')", [{ oldText, newText: "" }])).hint).toMatch(/look alike/);
  });

  test("may have been edited before", async () => {
    const edit = { oldText: "return one + 1;", newText: "return 2;" };
    expect((await failure(text, [edit])).message).toMatch(
      /; newText is already at line 6: perhaps the edit was made before$/,
    );
  });

  test("may be like nothing at all", async () => {
    expect(await failure(text, [{ oldText: "SELECT * FROM users", newText: "" }])).toEqual({
      code: "not_found",
      message: "oldText is not in a.txt, nor anything like it",
      hint: "Read the file again, and take oldText from it.",
      details: undefined,
    });
    expect(await failure("", [{ oldText: "a", newText: "" }])).toMatchObject({ code: "not_found" });
  });
});

/** A break or a unit, and where it stands. */
interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function tokensOf(units: string): Token[] {
  return [...units.matchAll(/\r{0,3}\n|[^]/g)].map(({ 0: text, index }) => ({
    text: text.endsWith("\n") ? "\n" : text,
    start: index,
    end: index + text.length,
  }));
}

function placesOf(tokens: readonly Token[], wanted: readonly Token[]): number[] {
  const places: number[] = [];
  for (let at = 0; at + wanted.length <= tokens.length; at++) {
    if (wanted.every(({ text }, index) => tokens[at + index]?.text === text)) places.push(at);
  }
  return places;
}

interface Plain {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
  readonly line: number;
}

/** What an edit does to units, or why not: written to be read. */
function plainEdit(units: string, { oldText, newText, replaceAll }: Edit): Plain[] | "missing" | "ambiguous" {
  const tokens = tokensOf(units);
  const wanted = tokensOf(oldText);
  const all = placesOf(tokens, wanted);
  if (all.length === 0) return "missing";
  if (!replaceAll && all.length > 1) return "ambiguous";
  let free = 0;
  const apart = all.filter((at) => {
    if (at < free) return false;
    free = at + wanted.length;
    return true;
  });
  const formAt = (token: Token | undefined) => token && units.slice(token.start, token.end);
  return apart.map((at) => {
    const inside = tokens.slice(at, at + wanted.length);
    const after = tokens.slice(at + wanted.length);
    const before = tokens.slice(0, at);
    const isBreak = ({ text }: Token) => text === "\n";
    const inner = inside.filter(isBreak).map((token) => formAt(token) ?? "");
    const around = formAt(after.find(isBreak)) ?? formAt(before.findLast(isBreak)) ?? "\n";
    return {
      start: inside[0]?.start ?? 0,
      end: inside.at(-1)?.end ?? 0,
      insert: plainForm({ oldText, newText }, inner, around),
      line: before.filter(isBreak).length + 1,
    };
  });
}

function plainForm({ oldText, newText }: Edit, inner: readonly string[], around: string): string {
  const lines = (text: string) =>
    tokensOf(text)
      .map(({ text: token }) => token)
      .join("")
      .split("\n");
  const oldLines = lines(oldText);
  const newLines = lines(newText);
  let tail = 0;
  while (
    tail < Math.min(oldLines.length, newLines.length) &&
    oldLines.at(-1 - tail) === newLines.at(-1 - tail)
  )
    tail += 1;
  let text = "";
  newLines.forEach((line, index) => {
    text += line;
    if (index === newLines.length - 1) return;
    const unchanged = index >= newLines.length - tail;
    const form = unchanged ? inner.at(index - (newLines.length - 1)) : inner[index];
    text += form ?? inner.at(-1) ?? around;
  });
  return text;
}

const encodings: readonly Encoding[] = ["utf-8", "utf-16le", "utf-16be", "latin-1"];
const widths = { "utf-8": 1, "utf-16le": 2, "utf-16be": 2, "latin-1": 1 } as const;

function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === "utf-8") return Buffer.from(text, "utf8");
  if (encoding === "latin-1") return Buffer.from(text, "latin1");
  const bytes = Buffer.from(text, "utf16le");
  return encoding === "utf-16le" ? bytes : bytes.swap16();
}

/** Few different pieces, so that texts repeat themselves and breaks meet. */
const piece = fc.constantFrom(
  "a",
  "b",
  "ab",
  "\r",
  "\n",
  "\r\n",
  "\r\r\n",
  "\r\r\r\r\n",
  "é",
  "ÿ",
  "\0",
  "x y",
);
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));

describe("random texts", () => {
  test("exactly the places of the old text change, in windows as in one", async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.record({
          at: fc.nat(60),
          length: fc.nat(12),
          newText: text,
          replaceAll: fc.boolean(),
          form: fc.boolean(),
        }),
        fc.record({
          encoding: fc.constantFrom(...encodings),
          bom: fc.boolean(),
          window: fc.integer({ min: 1, max: 64 }),
        }),
        async (content, given, { encoding, bom, window }) => {
          const tokens = tokensOf(content);
          const chosen = tokens.slice(given.at % (tokens.length + 1)).slice(0, given.length + 1);
          const oldText = chosen
            .map(({ text: token, start, end }) => (given.form ? token : content.slice(start, end)))
            .join("");
          const folded = (raw: string) =>
            tokensOf(raw)
              .map(({ text: token }) => token)
              .join("");
          fc.pre(oldText !== "" && folded(oldText) !== folded(given.newText));
          const mark = Buffer.from(
            bom ? (widths[encoding] === 2 ? "\xff\xfe" : "\xef\xbb\xbf") : "",
            "latin1",
          );
          const bytes = Buffer.concat([mark, encode(content, encoding)]);
          const edit = { oldText, newText: given.newText, replaceAll: given.replaceAll };
          const expected = plainEdit(content, edit);
          const run = (size?: number) =>
            find(bytes, [edit], {
              encoding,
              bom: mark.length,
              ...(size === undefined ? {} : { window: size }),
            }).catch((error: unknown) => {
              if (!(error instanceof ToolError)) throw error;
              return error.code === "not_found" ? "missing" : "ambiguous";
            });
          const found = await run();
          expect(await run(window)).toEqual(found);
          if (typeof expected === "string" || typeof found === "string") {
            expect(found).toBe(expected);
            return;
          }
          const byteAt = (unit: number) => mark.length + encode(content.slice(0, unit), encoding).length;
          expect(found).toEqual(
            expected.map(({ start, end, insert, line }): FoundEdit => ({
              start: byteAt(start),
              end: byteAt(end),
              insert: encode(insert, encoding),
              edit: 0,
              line,
            })),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("several edits change their places and no other byte, whatever the bytes are", async () => {
    const byte = fc.constantFrom(
      "a",
      "b",
      "c d",
      "\0",
      "\n",
      "\r\n",
      "\r",
      "\xc3\xa9",
      "\xe9",
      "\xc3",
      "\xf0\x9f\x98\x80",
    );
    const raw = fc.array(byte, { maxLength: 30 }).map((all) => all.join(""));
    const cut = fc.record({ at: fc.nat(40), length: fc.nat(6), newText: text, replaceAll: fc.boolean() });
    let applied = 0;
    await fc.assert(
      fc.asyncProperty(
        raw,
        fc.array(cut, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 40 }),
        async (units, cuts, window) => {
          const tokens = tokensOf(units);
          const edits = cuts.map(({ at, length, newText, replaceAll }) => {
            const chosen = tokens.slice(at % (tokens.length + 1)).slice(0, length + 1);
            const old = Buffer.from(chosen.map((token) => token.text).join(""), "latin1").toString();
            return { oldText: old, newText, replaceAll };
          });
          const folded = (one: string) =>
            tokensOf(one)
              .map((token) => token.text)
              .join("");
          fc.pre(
            edits.every(({ oldText, newText }) => oldText !== "" && folded(oldText) !== folded(newText)),
          );
          const inUnits = (one: string) => Buffer.from(one).toString("latin1");
          const results = edits.map(({ oldText, newText, replaceAll }) =>
            plainEdit(units, { oldText: inUnits(oldText), newText: inUnits(newText), replaceAll }),
          );
          const places = results.flatMap((result) => (typeof result === "string" ? [] : result));
          places.sort((one, other) => one.start - other.start);
          const apart = places.every(({ start }, index) => start >= (places[index - 1]?.end ?? 0));
          const refused = results.some((result) => typeof result === "string") || !apart;
          const bytes = Buffer.from(units, "latin1");
          const found = await find(bytes, edits, { window }).catch((error: unknown) => {
            if (error instanceof ToolError) return undefined;
            throw error;
          });
          expect(found === undefined).toBe(refused);
          if (found === undefined) return;
          applied += 1;
          let after = "";
          let from = 0;
          for (const { start, end, insert } of places) {
            after += units.slice(from, start) + insert;
            from = end;
          }
          expect(applySplices(bytes, found).toString("latin1")).toBe(after + units.slice(from));
        },
      ),
      { numRuns: 1000 },
    );
    expect(applied).toBeGreaterThan(50);
  });

  test("a place never begins or ends inside a character", async () => {
    const sign = fc.constantFrom("é", "è", "漢", "字", "😀", "😁", "a", "\n");
    const some = fc.array(sign, { maxLength: 12 }).map((signs) => signs.join(""));
    await fc.assert(
      fc.asyncProperty(
        some,
        some,
        fc.constantFrom<Encoding>("utf-8", "utf-16le", "utf-16be"),
        async (whole, oldText, encoding) => {
          fc.pre(oldText !== "");
          const bytes = encode(whole, encoding);
          const found = await find(bytes, [{ oldText, newText: "", replaceAll: true }], { encoding }).catch(
            () => [],
          );
          expect(found.length).toBe(whole.split(oldText).length - 1);
          for (const { start, end } of found)
            expect(bytes.subarray(start, end)).toEqual(encode(oldText, encoding));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("large files", () => {
  /** A file of one line again and again, with another text in one place. */
  function largeSource(
    line: string,
    { size, needle, at }: { size: number; needle: string; at: number },
  ): ByteSource {
    return {
      size,
      read: async (position, length) => {
        const taken = Math.max(0, Math.min(length, size - position));
        const shift = position % line.length;
        const bytes = Buffer.alloc(taken, line.slice(shift) + line.slice(0, shift));
        for (let index = 0; index < needle.length; index++) {
          const place = at + index - position;
          if (place >= 0 && place < taken) bytes[place] = needle.charCodeAt(index);
        }
        return bytes;
      },
    };
  }

  test.each([["0123456789abcde\n"], ["0123456789abcd\r\n"]])(
    "a place is found across windows of %j, with its line",
    async (line) => {
      const size = 20 * 1024 * 1024;
      for (const at of [1024 * 1024 - 3, 1024 * 1024 + 1, 5 * 1024 * 1024 - 16, size - 5]) {
        const source = largeSource(line, { size, needle: "XYZZY", at });
        const found = await find(source, [{ oldText: "XYZZY", newText: "-" }]);
        expect(found).toEqual([
          {
            start: at,
            end: at + 5,
            insert: Buffer.from("-"),
            edit: 0,
            line: Math.floor(at / line.length) + 1,
          },
        ]);
      }
    },
  );

  test("the loop goes on, and a call can be given up", async () => {
    const source = largeSource("0123456789abcde\n", { size: 1024 ** 3, needle: "", at: 0 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("given up")), 20);
    const edits = [{ oldText: "missing", newText: "" }];
    await expect(find(source, edits, { signal: controller.signal })).rejects.toThrow("given up");
  });

  test.each([
    ["carriage returns", "\r", "\r\r\ra\n"],
    ["line feeds", "\n", "\n\n\na"],
    ["the first half of the text", "a\r\n", `${"a\n".repeat(20_000)}b`],
    ["the second half of the text", "a\r\n", `b${"\na".repeat(20_000)}`],
  ])("megabytes of %s take about as long as others", async (_, unit, oldText) => {
    const bytes = Buffer.alloc(8 * 1024 * 1024 - 2, unit);
    const start = performance.now();
    await expect(find(bytes, [{ oldText, newText: "" }])).rejects.toMatchObject({ code: "not_found" });
    // Tenths of a second; what looks at each place anew takes minutes.
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
