import fc from "fast-check";
import { expect, test } from "vitest";
import { diffSplices, type LinedSplice, type SpliceDiffOptions } from "../../shared/edit/diff-splices.ts";
import type { ByteSource } from "../../shared/edit/splice.ts";
import { unifiedDiff } from "../../shared/edit/unified-diff.ts";
import { bytesOf, toUnits, unitWidth, type Encoding } from "../../shared/edit/units.ts";
import { gitApply } from "./git-apply.ts";
import { heldSource } from "./held-source.ts";

const names = { from: "a/x", to: "b/x" };

function encode(text: string, encoding: Encoding): Buffer {
  return bytesOf(toUnits(text, encoding) ?? "", encoding);
}

interface Replaced {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** Replacements in characters as splices in bytes. */
function splicesOf(
  text: string,
  replaced: readonly Replaced[],
  { encoding, bom }: { encoding: Encoding; bom: number },
) {
  return replaced.map(({ from, to, insert }): LinedSplice => ({
    start: bom + encode(text.slice(0, from), encoding).length,
    end: bom + encode(text.slice(0, to), encoding).length,
    insert: encode(insert, encoding),
    line: text.slice(0, from).split("\n").length,
  }));
}

function replace(text: string, replaced: readonly Replaced[]): string {
  let after = "";
  let at = 0;
  for (const { from, to, insert } of replaced) {
    after += text.slice(at, from) + insert;
    at = to;
  }
  return after + text.slice(at);
}

async function diff(text: string, replaced: readonly Replaced[], options: Partial<SpliceDiffOptions> = {}) {
  const whole = { ...names, encoding: "utf-8" as const, bom: 0, ...options };
  return diffSplices(heldSource(encode(text, whole.encoding)), splicesOf(text, replaced, whole), whole);
}

const piece = fc.constantFrom(
  "a",
  "b",
  "foo bar",
  "é",
  "漢",
  "😀",
  "\n",
  "\n",
  "\n",
  "\r\n",
  "\r\n",
  "\r",
  "\n\n\n\n\n\n\n\n",
);
const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));

/** Replacements that do not overlap and cut no character. */
function replacedIn(content: string, cuts: readonly number[], inserts: readonly string[]): Replaced[] {
  const places = [0];
  for (const { index, 0: sign } of content.matchAll(/[^]/gu)) places.push(index + sign.length);
  const chosen = cuts.map((cut) => places[cut % places.length] ?? 0).sort((one, other) => one - other);
  return inserts.flatMap((insert, index) => {
    const from = chosen[2 * index];
    const to = chosen[2 * index + 1];
    return from === undefined || to === undefined ? [] : [{ from, to, insert }];
  });
}

const given = fc.record({
  content: text,
  cuts: fc.array(fc.nat(), { minLength: 2, maxLength: 8 }),
  inserts: fc.array(text, { minLength: 1, maxLength: 4 }),
  context: fc.integer({ min: 1, max: 4 }),
  encoding: fc.constantFrom<Encoding>("utf-8", "utf-16le", "utf-16be"),
  marked: fc.boolean(),
});

test("git makes the new text of the old one and the diff", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(given, { minLength: 20, maxLength: 20 }), async (cases) => {
      const files = await Promise.all(
        cases.map(async ({ content, cuts, inserts, context, encoding, marked }, index) => {
          const mark = Buffer.alloc(marked ? (unitWidth(encoding) === 2 ? 2 : 3) : 0, 0xfe);
          const options = { encoding, bom: mark.length, context, from: `a/${index}`, to: `b/${index}` };
          const replaced = replacedIn(content, cuts, inserts);
          const source = heldSource(Buffer.concat([mark, encode(content, encoding)]));
          const made = await diffSplices(source, splicesOf(content, replaced, options), options);
          const after = replace(content, replaced);
          if (replaced.length === 1) {
            const { added, removed } = unifiedDiff({ ...options, oldText: content, newText: after });
            expect(made).toMatchObject({ added, removed });
          }
          return { before: content, diff: made.text, after };
        }),
      );
      expect(gitApply(files)).toEqual(files.map(({ after }) => after));
    }),
    { numRuns: 40 },
  );
});

test("the count is the same when there is no room to show anything", async () => {
  await fc.assert(
    fc.asyncProperty(given, async ({ content, cuts, inserts, encoding }) => {
      const replaced = replacedIn(content, cuts, inserts).slice(0, 1);
      const { added, removed } = await diff(content, replaced, { encoding });
      expect(await diff(content, replaced, { encoding, maxChars: 0 })).toMatchObject({ added, removed });
    }),
    { numRuns: 500 },
  );
});

/** A large file that is made as it is read, and says how much was read. */
function endlessLines(size: number): ByteSource & { total: number } {
  const line = "0123456789abcde\n";
  const source = {
    size,
    total: 0,
    read: async (position: number, length: number) => {
      const taken = Math.max(0, Math.min(length, size - position));
      source.total += taken;
      const shift = position % 16;
      return Buffer.alloc(taken, line.slice(shift) + line.slice(0, shift));
    },
  };
  return source;
}

test("only what is near the changes is read", async () => {
  const source = endlessLines(1024 ** 3);
  const at = (line: number) => ({
    start: line * 16 + 3,
    end: line * 16 + 4,
    insert: Buffer.from("X"),
    line: line + 1,
  });
  const made = await diffSplices(source, [at(0), at(9_000_000), at(67_108_863)], {
    ...names,
    encoding: "utf-8",
    bom: 0,
    context: 1,
  });
  const same = " 0123456789abcde\n";
  const change = "-0123456789abcde\n+012X456789abcde\n";
  expect(made.text).toBe(
    `--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n${change}${same}@@ -9000000,3 +9000000,3 @@\n${same}${change}${same}` +
      `@@ -67108863,2 +67108863,2 @@\n${same}${change}`,
  );
  expect(source.total).toBeLessThan(1024 * 1024);
});

test("a change of every line is shown as far as there is room, and counted without end", async () => {
  const source = endlessLines(100_000 * 16);
  const splices = Array.from({ length: 100_000 }, (_, line) => ({
    start: line * 16 + 3,
    end: line * 16 + 4,
    insert: Buffer.from("X"),
    line: line + 1,
  }));
  const made = await diffSplices(source, splices, { ...names, encoding: "utf-8", bom: 0, maxChars: 5_000 });
  expect(made).toMatchObject({ added: 100_000, removed: 100_000 });
  expect(made.text.length).toBeLessThanOrEqual(5_000);
  expect(made.text).toMatch(
    /^--- a\/x\n\+\+\+ b\/x\n@@ -1,\d{3} \+1(?:,\d+)? @@\n-0123.*\.\.\. the rest of this hunk/s,
  );
});

test("a line that is too long to show is left out, and the others are not", async () => {
  const content = `${"x".repeat(200_000)}\n${"short\n".repeat(20)}`;
  const replaced = [
    { from: 100, to: 101, insert: "y" },
    { from: 100_000, to: 100_001, insert: "y" },
    { from: content.length - 6, to: content.length - 5, insert: "S" },
  ];
  expect(await diff(content, replaced, { maxChars: 1_000 })).toEqual({
    text: "--- a/x\n+++ b/x\n@@ -18,4 +18,4 @@\n short\n short\n short\n-short\n+Short\n... 1 hunk left out\n",
    added: 2,
    removed: 2,
    hunks: 2,
  });
  // The one line has room here.
  expect((await diff(content, replaced)).text).toContain(`-${"x".repeat(200_000)}\n`);
});

test("bytes that are no UTF-8 are shown one by one, and leave other lines alone", async () => {
  const bytes = Buffer.concat([Buffer.from("é\n"), Buffer.from([0xe9, 0x0a]), Buffer.from("ü\n")]);
  const splices = [{ start: 5, end: 7, insert: Buffer.from("u"), line: 3 }];
  const made = await diffSplices(heldSource(bytes), splices, { ...names, encoding: "utf-8", bom: 0 });
  expect(made.text).toBe("--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n é\n é\n-ü\n+u\n");
});
