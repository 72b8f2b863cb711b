import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openText, scanText, type Readable, type TextFile } from "../../shared/workspace/text-file.ts";
import { detectKind } from "../../shared/workspace/text-file-kind.ts";
import { readPage, readTail } from "../../shared/workspace/text-file-page.ts";
import type { TextFormat } from "../../shared/workspace/text-file-format.ts";

const { signal } = new AbortController();
type FormattedText = TextFile & { readonly format: TextFormat };

/** A file that is only bytes; where it comes from does not matter here. */
function fileOf(bytes: Buffer): Readable {
  return {
    stat: { kind: "file", size: bytes.length, mtimeMs: 0, mode: 0o644, links: 1, identity: "1:1" },
    read: (position, length) => Promise.resolve(bytes.subarray(position, position + length)),
  };
}

async function textOf(bytes: Buffer): Promise<FormattedText> {
  const text = await openText(fileOf(bytes));
  if (text.format === undefined) throw new Error("not a text");
  return { ...text, format: text.format };
}

function utf16be(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

describe("the format of a file", () => {
  test.each([
    ["plain", Buffer.from("añb\n"), "utf-8", 0],
    ["empty", Buffer.alloc(0), "utf-8", 0],
    ["with a mark", Buffer.from("\ufeffa"), "utf-8", 3],
    ["UTF-16 with a mark", Buffer.from("\ufeffaé\n", "utf16le"), "utf-16le", 2],
    ["big-endian UTF-16 with a mark", utf16be("\ufeffaé\n"), "utf-16be", 2],
    ["UTF-16 without a mark", Buffer.from("hello wörld\n", "utf16le"), "utf-16le", 0],
    ["big-endian UTF-16 without a mark", utf16be("hello wörld\n"), "utf-16be", 0],
    ["latin-1", Buffer.from("caf\xe9\n", "latin1"), "latin-1", 0],
  ] as const)("%s", async (_name, bytes, encoding, bom) => {
    expect((await openText(fileOf(bytes))).format).toEqual({ encoding, bom });
  });

  test("a character cut by the end of the head does not make a text latin-1", async () => {
    const bytes = Buffer.from(`${"a".repeat(65_535)}é${"é".repeat(3_000_000)}`);
    expect((await openText(fileOf(bytes))).format?.encoding).toBe("utf-8");
  });

  test.each([
    [Buffer.from([0, 1, 2, 0, 0, 3]), undefined],
    [Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), "ELF program or library"],
    [Buffer.from("\x89PNG\r\n\x1a\n\0\0", "latin1"), "PNG image"],
    [Buffer.from("\x1f\x8b\x08\x01\x02\xff", "latin1"), "gzip data"],
  ])("%o is no text", async (bytes, kind) => {
    expect((await openText(fileOf(bytes))).format).toBeUndefined();
    expect(detectKind(bytes)?.name).toBe(kind);
  });
});

describe("a pass over a text", () => {
  test.each([
    ["", 0, "none"],
    ["a", 1, "none"],
    ["a\n", 1, "LF"],
    ["a\nb", 2, "LF"],
    ["a\r\nb\r\n", 2, "CRLF"],
    ["a\r\nb\n", 2, "mixed"],
    ["\n\n", 2, "LF"],
  ] as const)("counts the lines of %j", async (content, lines, endings) => {
    for (const bytes of [
      Buffer.from(content),
      Buffer.from(`\ufeff${content}`, "utf16le"),
      utf16be(`\ufeff${content}`),
    ]) {
      expect(await scanText(await textOf(bytes), { line: 1, signal })).toMatchObject({ lines, endings });
    }
  });

  test("finds where a line begins, and nothing beyond the last", async () => {
    const text = await textOf(Buffer.from("añ\nb\nc\n"));
    const starts = await Promise.all(
      [1, 2, 3, 4, 9].map(async (line) => (await scanText(text, { line, signal })).start),
    );
    expect(starts).toEqual([0, 4, 6, undefined, undefined]);
  });

  test("sees that a text is not UTF-8 far behind its head", async () => {
    const text = await textOf(Buffer.concat([Buffer.from("é\n".repeat(400_000)), Buffer.from([0xe9])]));
    expect((await scanText(text, { line: 1, signal })).format).toEqual({ encoding: "latin-1", bom: 0 });
  });

  test("counts line ends that stand on the border of two chunks", async () => {
    const bytes = Buffer.from(`${"x".repeat(512 * 1024 - 1)}\r\n${"é".repeat(300_000)}\r\n`);
    expect(await scanText(await textOf(bytes), { line: 2, signal })).toMatchObject({
      lines: 2,
      endings: "CRLF",
      start: 512 * 1024 + 1,
    });
  });
});

const line = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.constantFrom("", "\r", "日本語のテキスト", "😀😀😀", "x".repeat(1_000)),
);
const content = fc.array(line, { maxLength: 30 }).map((lines) =>
  lines
    .join("\n")
    .replaceAll("\0", "")
    .replace(/^\ufeff/, ""),
);
const encoder = fc.constantFrom(
  (text: string) => Buffer.from(text),
  (text: string) => Buffer.from(`\ufeff${text}`),
  (text: string) => Buffer.from(`\ufeff${text}`, "utf16le"),
  (text: string) => utf16be(`\ufeff${text}`),
);
const room = fc.integer({ min: 60, max: 2_000 });

test("the pages of a text, joined, are the text", async () => {
  await fc.assert(
    fc.asyncProperty(content, encoder, room, async (whole, encode, room) => {
      const text = await textOf(encode(whole));
      let joined = "";
      let ends = 0;
      for (let position = text.format.bom; position < text.size;) {
        const page = await readPage(text, { format: text.format, position, room });
        expect(page.text.length).toBeLessThanOrEqual(room);
        expect(page.end).toBeGreaterThan(position);
        expect(page.inLine).toBe(!page.text.endsWith("\n") && page.end < text.size);
        joined += page.text;
        ends += page.ends;
        position = page.end;
      }
      expect(joined).toBe(whole);
      expect(ends).toBe(whole.split("\n").length - 1);
    }),
  );
});

test("the tail of a text is its last lines, or as much of them as there is room for", async () => {
  await fc.assert(
    fc.asyncProperty(
      content,
      encoder,
      room,
      fc.integer({ min: 1, max: 40 }),
      async (whole, encode, room, lines) => {
        const text = await textOf(encode(whole));
        const page = await readTail(text, { format: text.format, room, lines });
        const all = whole.split(/(?<=\n)/);
        const wanted = all.slice(-lines).join("");
        expect(page.text.length).toBeLessThanOrEqual(room);
        expect(wanted.endsWith(page.text)).toBe(true);
        if (wanted.length <= room) expect(page.text).toBe(wanted);
        expect(page.end).toBe(text.size);
      },
    ),
  );
});

test("the tail of a large text is found through several steps back", async () => {
  const whole = Array.from({ length: 100_000 }, (_, index) => `line é ${index}\n`).join("");
  const bytes = Buffer.concat([Buffer.from(whole), Buffer.alloc(0)]);
  const page = await readTail(await textOf(bytes), {
    format: { encoding: "utf-8", bom: 0 },
    room: 2_000_000,
    lines: 50_000,
  });
  expect(page.text).toBe(
    whole
      .split(/(?<=\n)/)
      .slice(-50_000)
      .join(""),
  );
});

test("bytes that are no UTF-8 are shown one by one, and the position stays exact", async () => {
  const bytes = Buffer.concat([
    Buffer.from("abc é\n"),
    Buffer.from([0xff, 0xfe, 0x41, 0x0a]),
    Buffer.from("z\n"),
  ]);
  const text = await openText(fileOf(bytes));
  const page = await readPage(text, { format: { encoding: "utf-8", bom: 0 }, position: 7, room: 100 });
  expect(page).toMatchObject({ text: "\xff\xfeA\nz\n", encoding: "latin-1", end: bytes.length });
});
