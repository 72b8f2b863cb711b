import fc from "fast-check";
import { expect, test } from "vitest";
import { unifiedDiff } from "../../shared/edit/unified-diff.ts";
import { gitApply } from "./git-apply.ts";

const names = { from: "a/x", to: "b/x" };

test("a change is shown with the lines around it", () => {
  const oldText = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  const newText = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n";
  expect(unifiedDiff({ ...names, oldText, newText, context: 1 })).toEqual({
    text: "--- a/x\n+++ b/x\n@@ -4,3 +4,3 @@\n 4\n-5\n+five\n 6\n@@ -9 +9,2 @@\n 9\n+10\n",
    added: 2,
    removed: 1,
    hunks: 2,
  });
});

test("changes whose surroundings touch are one hunk", () => {
  const { text } = unifiedDiff({
    ...names,
    oldText: "1\n2\n3\n4\n5\n",
    newText: "a\n2\n3\n4\nb\n",
    context: 2,
  });
  expect(text).toBe("--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n-1\n+a\n 2\n 3\n 4\n-5\n+b\n");
});

test("texts that are the same have no diff", () => {
  expect(unifiedDiff({ ...names, oldText: "a\n", newText: "a\n" })).toEqual({
    text: "",
    added: 0,
    removed: 0,
    hunks: 0,
  });
});

test("a line end that changes is shown, and a missing one named", () => {
  expect(unifiedDiff({ ...names, oldText: "a\r\nb", newText: "a\nb\n" }).text).toBe(
    "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\r\n-b\n\\ No newline at end of file\n+a\n+b\n",
  );
});

test("files that come and go", () => {
  expect(unifiedDiff({ from: "/dev/null", to: "b/x", oldText: "", newText: "a\n" }).text).toBe(
    "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n",
  );
  expect(unifiedDiff({ from: "a/x", to: "/dev/null", oldText: "a\nb\n", newText: "" }).text).toBe(
    "--- a/x\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n",
  );
});

test("a name is never more than a name", () => {
  const diff = (name: string) =>
    unifiedDiff({ from: name, to: "/dev/null", oldText: "a", newText: "" }).text.split("\n")[0];
  expect(diff("a/x y")).toBe("--- a/x y\t");
  expect(diff('a/"x"\n+++ b/y\\é')).toBe(String.raw`--- "a/\"x\"\012+++ b/y\\é"`);
});

test("what has no room is left out by hunks, and counted", () => {
  const lines = Array.from({ length: 400 }, (_, at) => `line ${at}\n`);
  const changed = lines.map((line, at) => (at % 20 === 10 ? `changed ${at}\n` : line));
  const input = { ...names, oldText: lines.join(""), newText: changed.join("") };
  const whole = unifiedDiff(input);
  const part = unifiedDiff({ ...input, maxChars: 1000 });
  expect(part).toMatchObject({ added: 20, removed: 20, hunks: 20 });
  expect(part.text.length).toBeLessThanOrEqual(1000);
  const [shown = "", last] = part.text.split(/^(?=\.\.\. )/mu);
  expect(whole.text.startsWith(shown)).toBe(true);
  expect(last).toBe(`... ${20 - shown.split("@@ -").length + 1} hunks left out\n`);
});

test("a single hunk without room is shown as far as it goes", () => {
  const newText = "some line\n".repeat(1000);
  const { text, added } = unifiedDiff({ ...names, oldText: "", newText, maxChars: 1000 });
  expect(added).toBe(1000);
  expect(text.length).toBeLessThanOrEqual(1000);
  const count = text.split("+some line\n").length - 1;
  expect(text).toBe(
    `--- a/x\n+++ b/x\n@@ -0,0 +1,${count} @@\n${"+some line\n".repeat(count)}... the rest of this hunk is left out\n`,
  );
});

const line = fc.constantFrom("a", "b", "c", "", " ", "-", "+", "\\", "@@ -1 +1 @@", "é", "\r", "--- a/x");
const text = fc
  .tuple(fc.array(fc.tuple(line, fc.constantFrom("\n", "\n", "\r\n")), { maxLength: 30 }), line)
  .map(([lines, last]) => lines.flat().join("") + last);

test("git makes the new text of the old one and the diff", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text, fc.nat(4)), { minLength: 30, maxLength: 30 }), (pairs) => {
      const files = pairs.map(([before, newText, context], index) => ({
        before,
        // Without lines around it git cannot tell where a change is.
        diff: unifiedDiff({
          from: `a/${index}`,
          to: `b/${index}`,
          oldText: before,
          newText,
          context: context + 1,
        }).text,
      }));
      expect(gitApply(files)).toEqual(pairs.map(([, newText]) => newText));
    }),
    { numRuns: 20 },
  );
});
