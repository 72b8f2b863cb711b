import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffLines } from "../../shared/edit/diff-lines.ts";
import { splitLines } from "../../shared/edit/split-lines.ts";
import { selectLines, type LineRange } from "../../servers/git/stage/select-lines.ts";

const text = fc
  .tuple(fc.array(fc.constantFrom("a", "b", "c", "", "d"), { maxLength: 12 }), fc.boolean())
  .map(([lines, ended]) => lines.join("\n") + (ended && lines.length > 0 ? "\n" : ""));

const ended = text.map((lines) => (lines === "" || lines.endsWith("\n") ? lines : `${lines}\n`));

function within({ startLine, endLine }: LineRange): (line: number) => boolean {
  return (line) => startLine <= line && line <= endLine;
}

describe("selectLines", () => {
  test("takes everything, or nothing", () => {
    fc.assert(
      fc.property(text, text, (oldText, newText) => {
        expect(selectLines({ oldText, newText }, () => true).text).toBe(newText);
        expect(selectLines({ oldText, newText }, () => false)).toMatchObject({ text: oldText, taken: 0 });
      }),
    );
  });

  test("gives the new text after all its lines were taken one after the other", () => {
    fc.assert(
      fc.property(text, text, (oldText, newText) => {
        let at = oldText;
        const lines = Math.max(1, splitLines(newText).length);
        for (let line = 1; line <= lines; line++)
          at = selectLines({ oldText: at, newText }, (each) => each === line).text;
        expect(at).toBe(newText);
      }),
    );
  });

  test("gives the new text when parts of its lines are taken together", () => {
    fc.assert(
      fc.property(text, text, fc.func(fc.boolean()), (oldText, newText, isFirst) => {
        const first = selectLines({ oldText, newText }, (line) => isFirst(line));
        const rest = selectLines({ oldText: first.text, newText }, () => true);
        expect(rest.text).toBe(newText);
      }),
    );
  });

  test("changes nothing outside the chosen lines", () => {
    fc.assert(
      fc.property(ended, ended, fc.nat(12), fc.nat(12), (oldText, newText, start, more) => {
        const isChosen = within({ startLine: start + 1, endLine: start + 1 + more });
        const { text: part, taken } = selectLines({ oldText, newText }, isChosen);
        const changes = diffLines(splitLines(oldText), splitLines(newText));
        const outside = changes.flatMap(({ newStart, newEnd }) =>
          Array.from({ length: newEnd - newStart }, (_, at) => newStart + at + 1).filter(
            (line) => !isChosen(line),
          ),
        );
        const inside = changes.flatMap(({ newStart, newEnd }) =>
          Array.from({ length: newEnd - newStart }, (_, at) => newStart + at + 1).filter(isChosen),
        );
        // so many lines of the new text came, and no others
        const gone = changes.reduce((sum, { oldStart, oldEnd }) => sum + oldEnd - oldStart, 0);
        const length = splitLines(part).length;
        const old = splitLines(oldText).length;
        expect(length).toBeLessThanOrEqual(old + inside.length);
        expect(length).toBeGreaterThanOrEqual(old - gone + inside.length);
        if (outside.length === 0 && inside.length > 0) expect(taken).toBeGreaterThan(0);
        if (taken === 0) expect(part).toBe(oldText);
      }),
    );
  });
});
