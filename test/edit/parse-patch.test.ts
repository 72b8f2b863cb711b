import fc from "fast-check";
import { expect, test } from "vitest";
import { createdContent } from "../../shared/edit/apply-hunks.ts";
import { parsePatch, patchPaths, patchReads } from "../../shared/edit/parse-patch.ts";
import type { HunkLine, PatchFile } from "../../shared/edit/patch.ts";
import { ToolError } from "../../shared/errors.ts";

const RUNS = Number(process.env["PATCH_RUNS"] ?? 15);

/** Lines of a patch as one text. */
const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join("");
const SIGNS = { context: " ", add: "+", remove: "-" } as const;
const shownLine = ({ kind, text, noNewline }: HunkLine): string =>
  SIGNS[kind] + text + (noNewline === true ? "\\" : "");

/** A file of a patch in few words: its facts, then each hunk's place and lines. */
function brief({ kind, from, to, executable, hunks }: PatchFile): string[] {
  const bit = executable === undefined ? "" : executable ? " +x" : " -x";
  const facts = `${kind} ${from ?? "-"} ${to ?? "-"}${bit}`;
  return [
    facts,
    ...hunks.map((hunk) => `@${hunk.oldStart},${hunk.newStart}|${hunk.lines.map(shownLine).join("|")}`),
  ];
}

const read = (patch: string): string[] => parsePatch(patch).flatMap(brief);

function refusal(patch: string): string {
  try {
    parsePatch(patch);
  } catch (error) {
    if (error instanceof ToolError && error.hint !== undefined) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "accepted";
}

const BODY = ["@@ -1,2 +1,2 @@", " a", "-b", "+c"];
const SAME = "@1,1| a|-b|+c";
const PLAIN = ["--- a/t.txt", "+++ b/t.txt"];

test.each<[string, string[], string[]]>([
  ["a plain header", [...PLAIN, ...BODY], ["change t.txt t.txt", SAME]],
  ["names without a prefix", ["--- t.txt", "+++ t.txt", ...BODY], ["change t.txt t.txt", SAME]],
  ["names in a folder a", ["--- a/t.txt", "+++ a/t.txt", ...BODY], ["change a/t.txt a/t.txt", SAME]],
  [
    "times",
    ["--- a/t.txt\t2020-01-01 00:00:00 +0000", "+++ b/t.txt\t(working copy)", ...BODY],
    ["change t.txt t.txt", SAME],
  ],
  [
    "other letters",
    ["diff --git i/t w/t", "index 1..2 100644", "--- i/t", "+++ w/t", ...BODY],
    ["change t t", SAME],
  ],
  ["a reversed diff", ["diff --git b/t a/t", "--- b/t", "+++ a/t", ...BODY], ["change t t", SAME]],
  [
    "no prefix in a folder b",
    ["diff --git b/t b/t", "new file mode 100644", "--- /dev/null", "+++ b/t", "@@ -0,0 +1 @@", "+x"],
    ["create - b/t", "@0,1|+x"],
  ],
  [
    "letters on a new file",
    ["diff --git c/t w/t", "new file mode 100644", "--- /dev/null", "+++ w/t", "@@ -0,0 +1 @@", "+x"],
    ["create - t", "@0,1|+x"],
  ],
  [
    "letters on a rename",
    ["diff --git i/o w/n", "rename from o", "rename to n", "--- i/o", "+++ w/n", ...BODY],
    ["rename o n", SAME],
  ],
  [
    "spaces",
    ["diff --git a/my t.txt b/my t.txt", "--- a/my t.txt\t", "+++ b/my t.txt\t", ...BODY],
    ["change my t.txt my t.txt", SAME],
  ],
  [
    "quoted paths",
    [
      'diff --git "a/t\\303\\244\\t\\"\\\\.txt" "b/t\\303\\244\\t\\"\\\\.txt"',
      '--- "a/t\\303\\244\\t\\"\\\\.txt"',
      '+++ "b/t\\303\\244\\t\\"\\\\.txt"',
      ...BODY,
    ],
    ['change tä\t"\\.txt tä\t"\\.txt', SAME],
  ],
  [
    "a quoted path with letters as they are",
    ['--- "a/ä\\t.txt"', '+++ "b/ä\\t.txt"', ...BODY],
    ["change ä\t.txt ä\t.txt", SAME],
  ],
  ["a new file", ["--- /dev/null", "+++ b/n", "@@ -0,0 +1,2 @@", "+x", "+y"], ["create - n", "@0,1|+x|+y"]],
  ["an empty new file", ["diff --git a/n b/n", "new file mode 100644", "index 000..e69"], ["create - n"]],
  [
    "an executable new file",
    ["diff --git a/n b/n", "new file mode 100755", "--- /dev/null", "+++ b/n", "@@ -0,0 +1 @@", "+x"],
    ["create - n +x", "@0,1|+x"],
  ],
  ["a deleted file", ["--- a/o", "+++ /dev/null", "@@ -1 +0,0 @@", "-x"], ["delete o -", "@1,0|-x"]],
  [
    "an empty deleted file",
    ["diff --git a/o b/o", "deleted file mode 100644", "index e69..000"],
    ["delete o -"],
  ],
  ["a mode", ["diff --git a/my s b/my s", "old mode 100644", "new mode 100755"], ["change my s my s +x"]],
  ["a mode taken away", ["diff --git a/s b/s", "old mode 100755", "new mode 100644"], ["change s s -x"]],
  [
    "a rename",
    ["diff --git a/o b/n", "similarity index 100%", "rename from o", "rename to n"],
    ["rename o n"],
  ],
  [
    "a rename with changes",
    [
      "diff --git a/o b/d/n",
      "similarity index 90%",
      "rename from o",
      "rename to d/n",
      "index 1..2 100644",
      "--- a/o",
      "+++ b/d/n",
      ...BODY,
    ],
    ["rename o d/n", SAME],
  ],
  ["a copy", ["diff --git a/o b/n", "copy from o", "copy to n"], ["copy o n"]],
  [
    "several files",
    [...PLAIN, ...BODY, "--- a/u", "+++ b/u", ...BODY, "diff --git a/v b/v", "--- a/v", "+++ b/v", ...BODY],
    ["change t.txt t.txt", SAME, "change u u", SAME, "change v v", SAME],
  ],
  [
    "mails",
    [
      "From 0123456789 Mon Sep 17 00:00:00 2001",
      "Subject: x",
      "",
      "- a point",
      "+ another",
      "---",
      " t.txt | 2 +-",
      "",
      ...PLAIN,
      ...BODY,
      "-- ",
      "2.39.5",
      "",
      "From 0123456789 Mon Sep 17 00:00:00 2001",
      "",
      "- a point",
      "--- a/u",
      "+++ b/u",
      ...BODY,
      "--",
      "2.39.5",
    ],
    ["change t.txt t.txt", SAME, "change u u", SAME],
  ],
  [
    "prose and a fence",
    ["Here is it:", "```diff", ...PLAIN, ...BODY, "```", "- I hope that helps"],
    ["change t.txt t.txt", SAME],
  ],
  [
    "other tools",
    [
      "Index: t.txt",
      "=======",
      ...PLAIN,
      ...BODY,
      "Index: u",
      "=======",
      "diff -u u u",
      "--- u",
      "+++ u",
      ...BODY,
    ],
    ["change t.txt t.txt", SAME, "change u u", SAME],
  ],
  ["no counts", [...PLAIN, "@@ -3 +3 @@ function", "-a", "+b"], ["change t.txt t.txt", "@3,3|-a|+b"]],
  ["no end of the header", [...PLAIN, "@@ -3,1 +3,1", "-a", "+b"], ["change t.txt t.txt", "@3,3|-a|+b"]],
  [
    "no numbers",
    [...PLAIN, "@@ ... @@", " a", "-b", "@@", "-c", "@@ def f():", "-d"],
    ["change t.txt t.txt", "@0,0| a|-b", "@0,0|-c", "@0,0|-d"],
  ],
  [
    "lines that lost their space",
    [...PLAIN, "@@ -1,4 +1,3 @@", "", "-b", "", " c"],
    ["change t.txt t.txt", "@1,1| |-b| | c"],
  ],
  [
    "an end without a line end",
    [...PLAIN, "@@ -1 +1,2 @@", "-a", "\\ No newline at end of file", "+a", "+b", "\\ Kein Zeilenumbruch"],
    ["change t.txt t.txt", "@1,1|-a\\|+a|+b\\"],
  ],
  [
    "lines like headers",
    [
      ...PLAIN,
      "@@ -1,2 +1,2 @@",
      "--- x",
      "+++ y",
      " @@",
      ...PLAIN.map((line) => line.replace("t.txt", "u")),
      "@@ -1 +1 @@",
      "-- ",
      "+2.0",
    ],
    ["change t.txt t.txt", "@1,1|--- x|+++ y| @@", "change u u", "@1,1|-- |+2.0"],
  ],
  [
    "lines like headers at the end of a hunk",
    [...PLAIN, "@@ -1,2 +1,2 @@", " a", "--- x", "+++ y", "@@ -9 +9 @@", "-b", "+c"],
    ["change t.txt t.txt", "@1,1| a|--- x|+++ y", "@9,9|-b|+c"],
  ],
  [
    "counts that are too small",
    [...PLAIN, "@@ -1,1 +1,1 @@", " a", "-b", "", "+c", "@@ -9,1 +9,1 @@", " d", "+e"],
    ["change t.txt t.txt", "@1,1| a|-b| |+c", "@9,9| d|+e"],
  ],
  [
    "counts that are too large",
    [...PLAIN, "@@ -1,9 +1,9 @@", " a", "-b", "--- a/u", "+++ b/u", "@@ -9,9 +9,9 @@", " d", "+e", "", ""],
    ["change t.txt t.txt", "@1,1| a|-b", "change u u", "@9,9| d|+e"],
  ],
  [
    "counts that are wrong before a signature",
    [...PLAIN, "@@ -1,3 +1,9 @@", " a", "-b", "-- ", "2.39.5 (Apple Git-154)"],
    ["change t.txt t.txt", "@1,1| a|-b"],
  ],
  [
    "a removed dash before another file",
    [...PLAIN, "@@ -1 +0,0 @@", "-- ", "diff --git a/u b/u", "new mode 100755"],
    ["change t.txt t.txt", "@1,0|-- ", "change u u +x"],
  ],
])("reads %s", (_what, lines, expected) => {
  expect(read(text(...lines))).toEqual(expected);
  expect(read(lines.join("\n"))).toEqual(expected);
  expect(read(`\ufeff${text(...lines).replaceAll("\n", "\r\n")}`)).toEqual(expected);
});

test("tells where each file and hunk begins in the patch", () => {
  const files = parsePatch(text("prose", ...PLAIN, ...BODY, "--- a/u", "+++ b/u", ...BODY, ...BODY));
  expect(files.map(({ line, hunks }) => [line, ...hunks.map((hunk) => hunk.line)])).toEqual([
    [2, 4],
    [8, 10, 14],
  ]);
});

const GIT = "diff --git a/t b/t";
test.each<[string, string[], string]>([
  ["nothing", [], "the patch names no file"],
  ["prose", ["change a to b, please"], "the patch names no file"],
  [
    "another format",
    ["*** Begin Patch", "*** Update File: t", "@@", "-a", "+b", "*** End Patch"],
    "line 1 of the patch: this is not a unified diff",
  ],
  ["a hunk before any file", ["x", ...BODY], "line 2 of the patch: a hunk comes before any file"],
  ["a file without hunks", PLAIN, "line 1 of the patch: no hunk follows"],
  ["a file without an @@ line", [...PLAIN, "-a", "+b"], "line 3 of the patch: a changed line is in no hunk"],
  ["git's header alone", [GIT, "index 1..2 100644"], "line 1 of the patch: no hunk follows"],
  [
    "a header that names two files",
    ["diff --git a/t b/u", "new mode 100755"],
    "line 1 of the patch: it does not tell which file",
  ],
  [
    "a hunk without a change",
    [...PLAIN, "@@ -1 +1 @@", " a"],
    "line 3 of the patch: the hunk changes nothing",
  ],
  [
    "a hunk that changes line ends only",
    [...PLAIN, "@@ -1 +1 @@", "-a\r", "+a"],
    "line 3 of the patch: the hunk changes nothing",
  ],
  ["an empty hunk", [...PLAIN, "@@ -1,0 +1,0 @@"], "line 3 of the patch: the hunk changes nothing"],
  [
    "a binary file",
    [GIT, "index 1..2 100644", "GIT binary patch", "literal 1"],
    "line 3 of the patch: a binary file",
  ],
  ["binary files", [GIT, "Binary files a/t and b/t differ"], "line 2 of the patch: a binary file"],
  [
    "a merge",
    ["diff --cc t", "index 1,2..3", "--- a/t", "+++ b/t", "@@@ -1,1 -1,1 +1,1 @@@", "++a"],
    "line 1 of the patch: a combined diff",
  ],
  ["a merge's hunk", [...PLAIN, "@@@ -1,1 -1,1 +1,1 @@@", "++a"], "line 3 of the patch: a combined diff"],
  [
    "a submodule",
    [
      GIT,
      "index 1..2 160000",
      "--- a/t",
      "+++ b/t",
      "@@ -1 +1 @@",
      "-Subproject commit 1",
      "+Subproject commit 2",
    ],
    "line 2 of the patch: a submodule cannot",
  ],
  [
    "a new link",
    [GIT, "new file mode 120000", "--- /dev/null", "+++ b/t", "@@ -0,0 +1 @@", "+x"],
    "line 2 of the patch: a symbolic link cannot",
  ],
  [
    "a link",
    [GIT, "index 1..2 120000", "--- a/t", "+++ b/t", ...BODY],
    "line 2 of the patch: a symbolic link cannot",
  ],
  ["a folder", [GIT, "new file mode 040000"], "line 2 of the patch: a file of mode 040000 cannot"],
  [
    "the same file twice",
    [...PLAIN, ...BODY, ...PLAIN, ...BODY],
    "line 7 of the patch: the file was already in the patch, at line 1",
  ],
  [
    "a file renamed and changed",
    ["diff --git a/o b/n", "rename from o", "rename to n", "--- a/o", "+++ b/o", ...BODY],
    "line 1 of the patch: the paths of this file do not agree",
  ],
  [
    "a rename onto a changed file",
    [...PLAIN, ...BODY, "diff --git a/o b/t.txt", "rename from o", "rename to t.txt"],
    "line 7 of the patch: the file was already",
  ],
  [
    "a rename to itself",
    [GIT, "rename from t", "rename to t"],
    "line 1 of the patch: the rename ends where it begins",
  ],
  ["half a rename", [GIT, "rename from t"], "line 1 of the patch: it is not certain what moves where"],
  [
    "a rename and a copy",
    [GIT, "rename from t", "rename to u", "copy from t", "copy to v"],
    "line 1 of the patch: it is not certain what moves",
  ],
  [
    "two renames",
    [GIT, "rename from t", "rename to u", "rename to v"],
    'line 4 of the patch: "rename to" is there twice',
  ],
  [
    "a new file that is renamed",
    [GIT, "new file mode 100644", "rename from t", "rename to u"],
    "line 1 of the patch: it both creates",
  ],
  ["a path that is empty", ["--- a/", "+++ b/", ...BODY], "line 1 of the patch: the path is empty"],
  ["no path", ["--- \t2020", "+++ b/t", ...BODY], "line 1 of the patch: the path is empty"],
  ["a rename to nothing", [GIT, "rename from t", "rename to "], "line 3 of the patch: the path is empty"],
  [
    "both sides nowhere",
    ["--- /dev/null", "+++ /dev/null", ...BODY],
    "line 1 of the patch: both sides are /dev/null",
  ],
  ["two names", ["--- a/t", "+++ b/u", ...BODY], "line 1 of the patch: the paths of this file do not agree"],
  [
    "a header of another file",
    [GIT, "--- a/u", "+++ b/u", ...BODY],
    "line 1 of the patch: the paths of this file do not agree",
  ],
  [
    "a quote that is not closed",
    ['--- "a/t', "+++ b/t", ...BODY],
    "line 1 of the patch: the quoted path cannot be read",
  ],
  [
    "an escape that is none",
    ['--- "a/\\q"', "+++ b/t", ...BODY],
    "line 1 of the patch: the quoted path cannot be read",
  ],
  [
    "a path that is not UTF-8",
    ['--- "a/\\377"', '+++ "b/\\377"', ...BODY],
    "line 1 of the patch: the quoted path cannot be read",
  ],
  [
    "numbers that are none",
    [...PLAIN, "@@ -1,2 1,2 @@", " a", "-b"],
    "line 3 of the patch: the line numbers",
  ],
  [
    "a line without a sign",
    [...PLAIN, "@@ -1,3 +1,3 @@", " a", "b", "-c", "+d"],
    "line 5 of the patch: it is in a hunk whose counts",
  ],
  [
    "changes after the counts and prose",
    [...PLAIN, ...BODY, "x", "+d"],
    "line 8 of the patch: a changed line is in no hunk",
  ],
  [
    "an insertion that is nowhere",
    [...PLAIN, "@@", "+a"],
    "line 3 of the patch: it is not certain where the hunk inserts",
  ],
  [
    "an insertion that claims old lines",
    [...PLAIN, "@@ -5,3 +5,4 @@", "+a"],
    "line 3 of the patch: it is not certain where the hunk inserts",
  ],
  [
    "context in a new file",
    ["--- /dev/null", "+++ b/t", "@@ -0,0 +1,2 @@", "+a", "", "+b"],
    "line 5 of the patch: every line of a new file begins with +",
  ],
  [
    "additions to a deleted file",
    ["--- a/t", "+++ /dev/null", "@@ -1 +1 @@", "-a", "+b"],
    "line 5 of the patch: every line of a deleted file",
  ],
  [
    "two hunks in a new file",
    ["--- /dev/null", "+++ b/t", "@@ -0,0 +1 @@", "+a", "@@ -0,0 +2 @@", "+b"],
    "line 5 of the patch: a file to create has only one hunk",
  ],
  [
    "a marker before any line",
    [...PLAIN, "@@ -1 +1 @@", "\\ No newline at end of file", "-a", "+b"],
    "line 4 of the patch: no line of the file comes before",
  ],
  [
    "a marker in the middle",
    [...PLAIN, "@@ -1,2 +1,2 @@", "-a", "\\ No newline at end of file", " b", "+c"],
    "line 6 of the patch: a line follows",
  ],
])("refuses %s", (_what, lines, message) => {
  expect(refusal(text(...lines))).toContain(`invalid_input: ${message}`);
  expect(patchPaths(text(...lines))).toEqual([]);
  expect(patchReads(text(...lines))).toEqual([]);
});

test("names what is written and what is only read", () => {
  const patch = text(
    "diff --git a/o b/n",
    "rename from o",
    "rename to n",
    "diff --git a/c b/d",
    "copy from c",
    "copy to d",
    "diff --git a/c b/c",
    "deleted file mode 100644",
    "--- a/c",
    "+++ /dev/null",
    "@@ -1 +0,0 @@",
    "-x",
    ...PLAIN,
    ...BODY,
    "--- /dev/null",
    "+++ b/u/v",
    "@@ @@",
    "+x",
  );
  expect(patchPaths(patch)).toEqual(["o", "n", "d", "c", "t.txt", "u/v"]);
  expect(patchReads(patch)).toEqual(["c"]);
});

test("makes the content of a new file", () => {
  const content = (...lines: string[]): string =>
    createdContent(parsePatch(text("--- /dev/null", "+++ b/n", "@@ -0,0 +1,2 @@", ...lines))[0]?.hunks ?? []);
  expect(content("+a", "+")).toBe("a\n\n");
  expect(content("+a", "+b", "\\ No newline at end of file")).toBe("a\nb");
  expect(createdContent([])).toBe("");
});

const LOOSE = [
  ...PLAIN,
  ...BODY,
  GIT,
  "--- /dev/null",
  "",
  "+",
  "-",
  " ",
  "-- ",
  "2.39",
  "@@",
  "@@ -1,3 +1,4 @@",
];
const FIELDS = [
  "rename from t",
  "copy to c",
  "new mode 100755",
  "deleted file mode 100644",
  "index 1..2 120000",
];
const ODD = [
  "\\ No newline",
  "```",
  "Index: x",
  '--- "a/\\303"',
  '+++ "b/t"',
  "From 0123456789 x",
  "@@@",
  "x\r\r",
];
const name = fc.constantFrom("t", "u", "d/v", "my t", "a", "b/b", "\u00e4", "/dev/null");
const header = fc.tuple(name, name, fc.nat(5)).map(([from, to, form]) => {
  const forms = [
    [`--- a/${from}`, `+++ b/${from}`],
    [`diff --git a/${from} b/${from}`, `--- a/${from}`, `+++ b/${from}`],
    ["--- /dev/null", `+++ b/${to}`, "@@ -0,0 +1 @@", "+x"],
    [`--- ${from}`, "+++ /dev/null", "@@ -1 +0,0 @@", "-x"],
    [`diff --git a/${from} b/${to}`, `rename from ${from}`, `rename to ${to}`],
    [`diff --git a/${from} b/${to}`, `copy from ${from}`, `copy to ${to}`],
  ];
  return forms[form] ?? [];
});
const piece = fc.oneof(
  { weight: 8, arbitrary: header },
  { weight: 8, arbitrary: fc.constantFrom(BODY, ["@@ -9 +9 @@", "-b"], ["@@", "-a", "+b"]) },
  { weight: 1, arbitrary: fc.constantFrom(...LOOSE, ...FIELDS, ...ODD).map((line) => [line]) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }).map((line) => [line]) },
);
const hostile = fc.tuple(fc.array(piece, { maxLength: 8 }), fc.constantFrom("\n", "\r\n"));

test("never throws but in its own words, and names every path of what it accepts", () => {
  let accepted = 0;
  fc.assert(
    fc.property(hostile, ([pieces, end]) => {
      const patch = pieces.flat().join(end);
      const paths = patchPaths(patch);
      const reads = patchReads(patch);
      if (refusal(patch) !== "accepted") return;
      accepted += 1;
      const files = parsePatch(patch);
      const written = files.flatMap(({ kind, from, to }) => (kind === "copy" ? [to] : [from, to]));
      expect(new Set(paths)).toEqual(new Set(written.filter((path) => path !== undefined)));
      expect(reads).toEqual(files.filter(({ kind }) => kind === "copy").map(({ from }) => from));
      expect(files.every(({ from, to }) => from !== "" && to !== "")).toBe(true);
    }),
    { numRuns: RUNS * 200 },
  );
  expect(accepted).toBeGreaterThan(RUNS * 10);
});

test.each<[string, string]>([
  ["empty lines", "\n".repeat(1_000_000)],
  ["empty lines in a hunk", text(...PLAIN, "@@ -1,2 +1,2 @@") + "\n".repeat(1_000_000)],
  ["carriage returns", `${text(...PLAIN)}@@ -1 +1 @@\n-a${"\r".repeat(1_000_000)}x\n+b`],
  ["hunks", text(...PLAIN) + "@@\n-a\n".repeat(150_000)],
  [
    "hunks with empty lines between",
    text(...PLAIN) + `@@ -1 +1 @@\n-a\n+b\n${"\n".repeat(500)}`.repeat(2_000),
  ],
  ["hunks with wrong counts", text(...PLAIN) + "@@ -1,900000 +1,900000 @@\n-a\n+b\n".repeat(30_000)],
  ["files", Array.from({ length: 30_000 }, (_, at) => `--- a/${at}\n+++ b/${at}\n@@\n-a\n`).join("")],
  ["names of files", "--- a\n+++ b\n".repeat(80_000)],
  ["a long header", `diff --git ${"a ".repeat(500_000)}`],
  ["a long quoted path", `--- "a/${"\\303\\244".repeat(120_000)}"\n+++ "b/x"\n`],
  ["backslashes", `--- "${"\\".repeat(1_000_000)}\n+++ "b/x"\n`],
  ["digits", `${text(...PLAIN)}@@ -${"1".repeat(1_000_000)}`],
  ["markers", `${text(...PLAIN)}@@ -1 +1 @@\n-a\n${"\\ x\n".repeat(250_000)}+b`],
])("a megabyte of %s takes little time", (_what, patch) => {
  const start = performance.now();
  refusal(patch);
  expect(performance.now() - start).toBeLessThan(2_000);
});
