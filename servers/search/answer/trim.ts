/** Lines of a file, 1-based and inclusive. */
export interface Range {
  readonly startLine: number;
  readonly endLine: number;
}

/** A piece of a unit and how well it answers, 0..1. */
export interface Piece extends Range {
  readonly worth: number;
}

/** A neighbour that answers less well than this, against the best piece, is not shown even when there is room. */
const WORTH_SHOWING = 0.3;

/**
 * The part of a unit to show in so much room: the piece that answers best, then its neighbours as long as they answer too
 * and fit. Of a piece that is larger than the room the beginning is shown. `sizeOf` tells characters of lines.
 */
export function trim(pieces: readonly Piece[], room: number, sizeOf: (range: Range) => number): Range {
  const best = pieces.reduce(
    (found, piece, index) => (piece.worth > (pieces[found]?.worth ?? 0) ? index : found),
    0,
  );
  const start = pieces[best];
  if (start === undefined) return { startLine: 1, endLine: 0 };
  if (sizeOf(start) > room) return headOf(start, room, sizeOf);
  return grow(pieces, best, (range) => sizeOf(range) <= room);
}

function grow(pieces: readonly Piece[], best: number, fits: (range: Range) => boolean): Range {
  let first = best;
  let last = best;
  for (;;) {
    const next = [first - 1, last + 1]
      .filter((index) => (pieces[index]?.worth ?? 0) >= WORTH_SHOWING)
      .sort((one, other) => (pieces[other]?.worth ?? 0) - (pieces[one]?.worth ?? 0))
      .find((index) => fits(between(pieces, Math.min(first, index), Math.max(last, index))));
    if (next === undefined) return between(pieces, first, last);
    first = Math.min(first, next);
    last = Math.max(last, next);
  }
}

function between(pieces: readonly Piece[], first: number, last: number): Range {
  return { startLine: pieces[first]?.startLine ?? 1, endLine: pieces[last]?.endLine ?? 0 };
}

/** As many lines from its beginning as fit, one at least. */
function headOf({ startLine, endLine }: Range, room: number, sizeOf: (range: Range) => number): Range {
  let low = startLine;
  let high = endLine;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sizeOf({ startLine, endLine: middle }) <= room) low = middle;
    else high = middle - 1;
  }
  return { startLine, endLine: low };
}
