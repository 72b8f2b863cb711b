import { expect, test } from "vitest";
import { applyHunks } from "../../shared/edit/apply-hunks.ts";
import { parsePatch } from "../../shared/edit/parse-patch.ts";
import { bytesOf, type Encoding, unitsOf } from "../../shared/edit/units.ts";
import { ToolError } from "../../shared/errors.ts";

interface Options {
  readonly encoding?: Encoding;
  readonly bom?: number;
}

function apply(old: string | Buffer, hunks: string, { encoding = "utf-8", bom = 0 }: Options = {}) {
  const bytes = Buffer.from(old);
  const files = parsePatch(`--- a/t\n+++ b/t\n${hunks}\n`);
  const result = applyHunks(unitsOf(bytes, encoding), files[0]?.hunks ?? [], { encoding, bom, shown: "t" });
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, insert } of result.splices) {
    parts.push(bytes.subarray(at, start), insert);
    at = end;
  }
  return { ...result, bytes: Buffer.concat([...parts, bytes.subarray(at)]) };
}

const patched = (old: string | Buffer, hunks: string, options: Options = {}): string =>
  apply(old, hunks, options).bytes.toString();

function failure(run: () => unknown): ToolError {
  try {
    run();
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

const ABC = "a\nb\nc\n";

test.each<[string, string, string, string]>([
  ["a changed line", ABC, "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c", "a\nB\nc\n"],
  [
    "several hunks",
    `${ABC}d\ne\nf\ng\n`,
    "@@ -1 +1,2 @@\n-a\n+1\n+2\n@@ -4 +4,0 @@\n-d\n@@ -7 +7 @@\n-g\n+G",
    "1\n2\nb\nc\ne\nf\nG\n",
  ],
  ["added before removed", ABC, "@@ -1,3 +1,4 @@\n+x\n-a\n+y\n-b\n+z\n c", "x\ny\nz\nc\n"],
  ["an insertion after a line", ABC, "@@ -2,0 +3 @@\n+x", "a\nb\nx\nc\n"],
  ["an insertion at the start", ABC, "@@ -0,0 +1 @@\n+x", "x\na\nb\nc\n"],
  ["an insertion at the end", ABC, "@@ -3,0 +4 @@\n+x", "a\nb\nc\nx\n"],
  ["an insertion into an empty file", "", "@@ -0,0 +1,2 @@\n+x\n+y", "x\ny\n"],
  ["an insertion into an empty file, miscounted", "", "@@ -1,0 +1,2 @@\n+x\n+y", "x\ny\n"],
  ["all lines removed", ABC, "@@ -1,3 +0,0 @@\n-a\n-b\n-c", ""],
  ["a hunk further down", `x\ny\n${ABC}`, "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c", "x\ny\na\nB\nc\n"],
  ["a hunk further up", ABC, "@@ -9,2 +9,2 @@\n a\n-b\n+B", "a\nB\nc\n"],
  [
    "hunks that are all further down",
    `x\n${"a\nb\n".repeat(4)}`,
    "@@ -1 +1 @@\n-a\n+1\n@@ -5 +5 @@\n-a\n+3",
    "x\n1\nb\na\nb\n3\nb\na\nb\n",
  ],
  ["the nearest of two", "a\n1\n2\na\n3\n", "@@ -3 +3 @@\n-a\n+A", "a\n1\n2\nA\n3\n"],
  ["a hunk without a place", ABC, "@@ @@\n-b\n+B", "a\nB\nc\n"],
  [
    "a hunk without a place that is alone after the one before",
    "a\nb\na\n",
    "@@ -2 +2 @@\n-b\n+B\n@@\n-a\n+A",
    "a\nB\nA\n",
  ],
  ["old lines at line 0", ABC, "@@ -0,1 +0,1 @@\n-b\n+B", "a\nB\nc\n"],
  [
    "context that two hunks share",
    ABC,
    "@@ -1,2 +1,2 @@\n-a\n+A\n b\n@@ -2,2 +2,2 @@\n b\n-c\n+C",
    "A\nb\nC\n",
  ],
  ["letters of several bytes", "ä\n€\n😀\n", "@@ -1,3 +1,3 @@\n ä\n-€\n+ö€\n 😀", "ä\nö€\n😀\n"],
])("applies %s", (_what, old, hunks, expected) => {
  expect(patched(old, hunks)).toBe(expected);
});

test.each<[string, string, string, string]>([
  [
    "of the line that is replaced",
    "a\r\nb\nc\r\n",
    "@@ -1,3 +1,3 @@\n-a\n-b\n-c\n+1\n+2\n+3",
    "1\r\n2\n3\r\n",
  ],
  ["of the line before", "a\r\nb\n", "@@ -1,2 +1,3 @@\n a\n+x\n b", "a\r\nx\r\nb\n"],
  ["of the added line before", "a\r\nb\n", "@@ -1,2 +1,3 @@\n-a\n+1\n+2\n b", "1\r\n2\r\nb\n"],
  ["of the line after", "a\r\nb\n", "@@ -1,2 +1,3 @@\n+x\n a\n b", "x\r\na\r\nb\n"],
  ["with more returns", "a\r\r\nb\n", "@@ -1 +1 @@\n-a\n+A", "A\r\r\nb\n"],
  ["of context, which keeps its own", "a\r\nb\nc\r\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c", "a\r\nB\nc\r\n"],
])("takes the line end %s", (_what, old, hunks, expected) => {
  expect(patched(old, hunks)).toBe(expected);
  expect(patched(old, hunks.replaceAll("\n", "\r\n"))).toBe(expected);
});

const NO = "\n\\ No newline at end of file";
test.each<[string, string, string, string]>([
  ["stays when the last line is context", "a\nb", "@@ -1,2 +1,2 @@\n-a\n+A\n b", "A\nb"],
  ["stays when the last line is replaced", "a\nb", "@@ -1,2 +1,2 @@\n a\n-b\n+B", "a\nB"],
  ["stays when lines follow the last", "a\r\nb", "@@ -1,2 +1,3 @@\n a\n b\n+c", "a\r\nb\r\nc"],
  ["stays when lines are inserted at the end", "b", "@@ -1,0 +2,2 @@\n+c\n+d", "b\nc\nd"],
  ["stays when both sides say so", "a\nb", `@@ -1,2 +1,2 @@\n a\n-b${NO}\n+B${NO}`, "a\nB"],
  ["stays when marked context says so", "a\nb", `@@ -1,2 +1,2 @@\n-a\n+A\n b${NO}`, "A\nb"],
  ["goes when the patch says so", "a\r\nb", `@@ -1,2 +1,2 @@\n a\n-b${NO}\n+B`, "a\r\nB\r\n"],
  ["goes when only it changes", "b", `@@ -1 +1 @@\n-b${NO}\n+b`, "b\n"],
  ["goes with the last line", "a\nb", `@@ -1,2 +1 @@\n a\n-b${NO}`, "a\n"],
  ["comes when the patch says so", "a\nb\n", `@@ -1,2 +1,2 @@\n a\n-b\n+B${NO}`, "a\nB"],
  ["comes with a line at the end", "a\n", `@@ -1,0 +2 @@\n+b${NO}`, "a\nb"],
])("a missing final newline %s", (_what, old, hunks, expected) => {
  expect(patched(old, hunks)).toBe(expected);
});

test("finds the end of the file for a hunk that is marked as its end", () => {
  expect(patched("b\nx\nb\nb", `@@ -1 +1 @@\n-b${NO}\n+c${NO}`)).toBe("b\nx\nb\nc");
  expect(patched("b\nx\nb\nb\n", `@@ -1 +1 @@\n-b\n+c${NO}`)).toBe("b\nx\nb\nc");
});

test("tells where hunks went, and how much changed", () => {
  const { applied, added, removed } = apply(
    `x\ny\n${ABC}d\n`,
    "@@ -1 +1,2 @@\n-a\n+1\n+2\n@@ -2,0 +9 @@\n+n\n@@\n-d",
  );
  expect({ applied, added, removed }).toEqual({
    applied: [
      { hunk: 1, line: 3, offset: 2 },
      { hunk: 2, line: 5, offset: 2 },
      { hunk: 3, line: 6, offset: 0 },
    ],
    added: 3,
    removed: 2,
  });
});

test("keeps bytes that are no text", () => {
  const old = Buffer.from([0xff, 0x0a, 0x61, 0x0d, 0x0d, 0x0a, 0x00, 0xc3, 0x0a]);
  const { bytes, splices } = apply(old, "@@ -2 +2 @@\n-a\n+ä");
  expect([...bytes]).toEqual([0xff, 0x0a, 0xc3, 0xa4, 0x0d, 0x0d, 0x0a, 0x00, 0xc3, 0x0a]);
  expect(splices).toHaveLength(1);
});

test.each<Encoding>(["utf-16le", "utf-16be"])("patches %s", (encoding) => {
  const old = bytesOf("\ufeffaä\r\nb😀\nc", encoding);
  const { bytes } = apply(old, "@@ -1,3 +1,4 @@\n-aä\n+€\n b😀\n+x\n c", { encoding, bom: 2 });
  expect(bytes).toEqual(bytesOf("\ufeff€\r\nb😀\nx\nc", encoding));
});

test("patches latin-1, and refuses what it cannot say", () => {
  const old = Buffer.from("\u00e4\nb\n", "latin1");
  const options = { encoding: "latin-1" } as const;
  expect(apply(old, "@@ -1,2 +1,2 @@\n ä\n-b\n+ö", options).bytes.toString("latin1")).toBe("ä\nö\n");
  expect(failure(() => apply(old, "@@ -1,2 +1,2 @@\n ä\n-b\n+€", options))).toMatchObject({
    code: "invalid_input",
    message: "a line added to t holds characters that its encoding cannot say",
  });
  expect(failure(() => apply(old, "@@ -1 +1 @@\n-€\n+x", options)).code).toBe("conflict");
});

test("keeps the mark before the text, whether the patch shows it or not", () => {
  const old = "\ufeffa\nb\n";
  const options = { bom: 3 };
  expect(patched(old, "@@ -1 +1 @@\n-a\n+A", options)).toBe("\ufeffA\nb\n");
  expect(patched(old, "@@ -1 +1 @@\n-\ufeffa\n+\ufeffA", options)).toBe("\ufeffA\nb\n");
  expect(patched(old, "@@ -0,0 +1 @@\n+x", options)).toBe("\ufeffx\na\nb\n");
  expect(patched(old, "@@ -1,2 +1,2 @@\n \ufeffa\n-b\n+B", options)).toBe("\ufeffa\nB\n");
  expect(patched(old, "@@ -1 +1 @@\n-\ufeffa\n+a", options)).toBe("a\nb\n");
  expect(patched("\ufeff", "@@ -0,0 +1 @@\n+x", options)).toBe("\ufeffx\n");
});

test.each<[string, string, string, string, string | undefined]>([
  [
    "another line",
    ABC,
    "@@ -1,3 +1,3 @@\n a\n-x\n+B\n c",
    "hunk 1 (line 3 of the patch) does not fit anywhere; the patch says line 1",
    'line 2\nexpected: "x"\nfound: "b"',
  ],
  [
    "other spaces",
    "a\n  b\n",
    "@@ -1,2 +1,2 @@\n a\n-\tb\n+B",
    "does not fit anywhere; the patch says line 1",
    'line 2\nexpected: "\\tb"\nfound: "  b"',
  ],
  [
    "spaces at the end",
    "a\nb \n",
    "@@ -1,2 +1,2 @@\n a\n-b\n+B",
    "does not fit anywhere",
    'line 2\nexpected: "b"\nfound: "b "',
  ],
  [
    "a file that is too short",
    "a\n",
    "@@ -9,2 +9,1 @@\n a\n-b",
    "does not fit anywhere; the patch says line 9",
    'line 9\nexpected: "a"\nfound: nothing, the file has 1 lines\nmost alike at line 1, in the first 1 of 2 lines\nline 2\nexpected: "b"\nfound: nothing, the file has 1 lines',
  ],
  [
    "no place at all",
    ABC,
    "@@ @@\n a\n b\n-x",
    "does not fit anywhere",
    'most alike at line 1, in the first 2 of 3 lines\nline 3\nexpected: "x"\nfound: "c"',
  ],
  [
    "a place before the hunk before",
    ABC,
    "@@ -2 +2 @@\n-b\n+B\n@@ -1 +1 @@\n-a\n+A",
    "hunk 2 (line 6 of the patch) does not fit anywhere after the hunk before it; the patch says line 1",
    "all lines are alike at line 1, but the hunk before has it",
  ],
  [
    "lines that the hunk before changed",
    ABC,
    "@@ -2 +2 @@\n-b\n+B\n@@ -2 +2 @@\n-b\n+C",
    "hunk 2 (line 6 of the patch) does not fit",
    "all lines are alike at line 2, but the hunk before has it",
  ],
  [
    "a final newline that is there",
    ABC,
    `@@ -3 +3 @@\n-c${NO}\n+C`,
    "does not fit anywhere; the patch says line 3",
    "all lines are alike at line 3, but the file does not end there as the patch says",
  ],
  [
    "two places equally near",
    "a\nx\na\n",
    "@@ -2 +2 @@\n-a\n+A",
    "hunk 1 (line 3 of the patch) fits at lines 1, 3, equally far from line 2",
    undefined,
  ],
  ["several places", "a\na\n", "@@ @@\n-a\n+A", "hunk 1 (line 3 of the patch) fits at lines 1, 2", undefined],
  ["many places", "a\n".repeat(9), "@@ @@\n-a\n+A", "fits at lines 1, 2, 3, 4 and perhaps more", undefined],
  [
    "an insertion after the end",
    ABC,
    "@@ -4,0 +5 @@\n+x",
    "hunk 1 (line 3 of the patch) cannot insert after line 4 of 3",
    undefined,
  ],
  [
    "an insertion before the hunk before",
    ABC,
    "@@ -3 +3 @@\n-c\n+C\n@@ -1,0 +2 @@\n+x",
    "hunk 2 (line 6 of the patch) cannot insert after line 1 of 3",
    undefined,
  ],
  ["an end in the middle", ABC, `@@ -1,0 +2 @@\n+x${NO}`, "cannot insert after line 1 of 3", undefined],
])("is a conflict with %s", (_what, old, hunks, message, details) => {
  const error = failure(() => apply(old, hunks));
  expect(error.code).toBe("conflict");
  expect(error.message).toContain(message);
  expect(error.details).toBe(details);
});

test("says when the patch was applied before, and only then", () => {
  const hint = (old: string, hunks: string): string => failure(() => apply(old, hunks)).hint ?? "";
  const again = "Read the file again and make the patch against what it holds now.";
  const before = `Its result is there already: perhaps the patch was applied before. ${again}`;
  expect(hint("a\nB\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c")).toBe(before);
  expect(hint("x\na\nc\n", "@@ -1,3 +1,2 @@\n a\n-b\n c")).toBe(before);
  expect(hint("a\nc\n", "@@ -1,2 +1 @@\n a\n-b")).toBe(again);
  expect(hint(ABC, "@@ -1,3 +1,3 @@\n a\n-x\n+B\n c")).toBe(again);
});

test("bounds what it shows of the file", () => {
  const { details = "" } = failure(() =>
    apply(`${"x".repeat(10_000)}\n`, `@@ -1 +1 @@\n-${"y".repeat(10_000)}\n+z`),
  );
  expect(details.length).toBeLessThan(600);
});

test("gives up on a search that is too long", () => {
  const start = performance.now();
  const hunk = `@@ -9,1 +9,1 @@\n${" \n".repeat(4_000)}-x\n+y`;
  expect(failure(() => apply("\n".repeat(500_000), hunk)).code).toBe("too_large");
  expect(performance.now() - start).toBeLessThan(5_000);
});
