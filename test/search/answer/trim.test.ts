import fc from "fast-check";
import { expect, test } from "vitest";
import { trim, type Piece, type Range } from "../../../servers/search/answer/trim.ts";

/** Ten characters a line. */
function sizeOf({ startLine, endLine }: Range): number {
  return (endLine - startLine + 1) * 10;
}

function pieces(
  ...given: readonly (readonly [lines: number, worth: number, definition?: number, doc?: number])[]
): Piece[] {
  let line = 1;
  return given.map(([lines, worth, definition, doc = 0]) => {
    const startLine = line;
    line += lines;
    return { startLine, codeLine: startLine + doc, endLine: line - 1, worth, definition };
  });
}

test("the best piece is shown, and neighbours that answer too", () => {
  expect(trim(pieces([5, 0.1], [5, 0.6], [5, 1], [5, 0.1]), 1_000, sizeOf)).toEqual({
    startLine: 6,
    endLine: 15,
  });
});

test("all of its definition is shown, however little some of it answers", () => {
  expect(trim(pieces([5, 0.05, 7], [5, 1, 7], [5, 0, 7], [5, 0.2, 8]), 1_000, sizeOf)).toEqual({
    startLine: 1,
    endLine: 15,
  });
});

test("in less room its own definition comes before a neighbour that answers better", () => {
  expect(trim(pieces([5, 0.9, 6], [5, 1, 7], [5, 0.1, 7]), 100, sizeOf)).toEqual({
    startLine: 6,
    endLine: 15,
  });
});

test("of a piece that is too large the beginning is shown, without its doc comment", () => {
  expect(trim(pieces([20, 1, 7, 4]), 60, sizeOf)).toEqual({ startLine: 5, endLine: 10 });
});

test("no piece, no lines", () => {
  expect(trim([], 100, sizeOf)).toEqual({ startLine: 1, endLine: 0 });
});

test("what is shown is a part of the unit, fits when it can, and holds some of the best piece", () => {
  const piece = fc.tuple(
    fc.integer({ min: 1, max: 30 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 3 }),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 0, max: 900 }),
      (given, room) => {
        const all = pieces(...given);
        const shown = trim(all, room, sizeOf);
        expect(shown.startLine).toBeGreaterThanOrEqual(1);
        expect(shown.endLine).toBeGreaterThanOrEqual(shown.startLine);
        expect(shown.endLine).toBeLessThanOrEqual(all.at(-1)?.endLine ?? 0);
        if (room >= 10) expect(sizeOf(shown)).toBeLessThanOrEqual(room);
        const most = Math.max(...all.map(({ worth }) => worth));
        const touched = all.filter(
          ({ startLine, endLine }) => startLine <= shown.endLine && endLine >= shown.startLine,
        );
        expect(touched.some(({ worth }) => worth === most)).toBe(true);
      },
    ),
  );
});
