/** Lines of a file, 1-based and inclusive. */
export interface Range {
  readonly startLine: number;
  readonly endLine: number;
}

/** A piece of a unit and how well it answers, 0..1. Pieces of one long definition have the same `definition`. */
export interface Piece extends Range {
  /** Where it begins behind its doc comment. */
  readonly codeLine: number;
  readonly worth: number;
  readonly definition: number | undefined;
}

/** A neighbour that answers less well than this, against the best piece, is another matter. */
const WORTH_SHOWING = 0.3;

/**
 * The part of a unit to show: the piece that answers best with all of its definition, and neighbours that answer too. In
 * less `room` than that takes: as much of it as fits, of a single piece that is too large its beginning without its doc
 * comment. `sizeOf` tells how much room lines take.
 */
export function trim(pieces: readonly Piece[], room: number, sizeOf: (range: Range) => number): Range {
  const best = pieces.reduce(
    (found, piece, index) => (piece.worth > (pieces[found]?.worth ?? 0) ? index : found),
    0,
  );
  const middle = pieces[best];
  if (middle === undefined) return { startLine: 1, endLine: 0 };
  if (sizeOf(middle) > room) return beginningOf(middle, room, sizeOf);
  return grow(pieces, best, (range) => sizeOf(range) <= room);
}

function grow(pieces: readonly Piece[], best: number, fits: (range: Range) => boolean): Range {
  const rankOf = (index: number): number => {
    const { worth = 0, definition } = pieces[index] ?? {};
    const isSame = definition !== undefined && definition === pieces[best]?.definition;
    // the rest of what it lies in comes before anything else
    return isSame ? 1 + worth : worth;
  };
  let first = best;
  let last = best;
  for (;;) {
    const next = [first - 1, last + 1]
      .filter((index) => rankOf(index) >= WORTH_SHOWING)
      .sort((one, other) => rankOf(other) - rankOf(one))
      .find((index) => fits(between(pieces, Math.min(first, index), Math.max(last, index))));
    if (next === undefined) return between(pieces, first, last);
    first = Math.min(first, next);
    last = Math.max(last, next);
  }
}

function between(pieces: readonly Piece[], first: number, last: number): Range {
  return { startLine: pieces[first]?.startLine ?? 1, endLine: pieces[last]?.endLine ?? 0 };
}

/** As many lines as fit, one at least. */
function beginningOf({ codeLine, endLine }: Piece, room: number, sizeOf: (range: Range) => number): Range {
  let low = codeLine;
  let high = endLine;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sizeOf({ startLine: codeLine, endLine: middle }) <= room) low = middle;
    else high = middle - 1;
  }
  return { startLine: codeLine, endLine: low };
}
