import { cutLines, MAX_LEAF, trimmed, type LineRange } from "./cut-lines.ts";
import type { Lines } from "./lines.ts";
import type { Leaf, Unit } from "./shapes.ts";

const MAX_UNIT = 2_000;
const MAX_LINES = 60;
/** The parts of one function stay together up to here. */
const MAX_FUNCTION = 6_000;
const CLOSING = /^(?:[\s)\]};,]|\b(?:end|fi|done|esac)\b)*$/u;

/** Something that leaves are made of, in the order of the text, what holds others first. */
export interface Block extends LineRange {
  readonly definition: number;
  /** A function: one leaf when it is short enough, whatever it holds. Else its parts are leaves of their own. */
  readonly isWhole: boolean;
}

interface Piece extends LineRange {
  readonly definition: number;
  /** Last line of the class or module that begins here. */
  opensTo: number;
  /** Pieces of one long function have the same number. */
  readonly group: number;
}

interface Tree {
  readonly block: Block;
  readonly within: Tree[];
}

/** Cuts a text into units of neighbouring leaves; each line that is not blank is in exactly one. */
export function cutUnits(lines: Lines, blocks: readonly Block[]): Unit[] {
  const cutter = new Cutter(lines);
  const all: Block = { startLine: 1, endLine: lines.count, definition: -1, isWhole: false };
  cutter.divide({ block: all, within: nest(blocks) }, 0);
  return merge(lines, cutter.pieces);
}

function nest(blocks: readonly Block[]): Tree[] {
  const top: Tree[] = [];
  const open: Tree[] = [];
  for (const block of blocks) {
    while ((open.at(-1)?.block.endLine ?? Number.POSITIVE_INFINITY) < block.endLine) open.pop();
    const tree = { block, within: [] };
    (open.at(-1)?.within ?? top).push(tree);
    open.push(tree);
  }
  return top;
}

class Cutter {
  readonly pieces: Piece[] = [];
  readonly #lines: Lines;
  #nextLine = 1;
  #groups = 0;

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  divide({ block, within }: Tree, group: number): void {
    const { definition, endLine } = block;
    const startLine = Math.max(block.startLine, this.#nextLine);
    if (startLine > endLine) return;
    const range = { startLine, endLine };
    const isShort = this.#lines.size(startLine, endLine) <= MAX_LEAF;
    if (block.isWhole && isShort) return this.#add(range, { definition, group });
    const inner = block.isWhole ? this.#groupOf(range, within) : group;
    const first = this.pieces.length;
    for (const tree of within) {
      this.#shell({ startLine, endLine: tree.block.startLine - 1 }, { definition, group: inner });
      this.divide(tree, inner);
    }
    this.#shell(range, { definition, group: inner });
    const opening = this.pieces[first];
    if (opening !== undefined) opening.opensTo = Math.max(opening.opensTo, endLine);
  }

  /** A long function's parts belong together, unless it holds so much that its inner functions stand for themselves. */
  #groupOf({ startLine, endLine }: LineRange, within: readonly Tree[]): number {
    if (within.length > 0 && this.#lines.size(startLine, endLine) > MAX_FUNCTION) return 0;
    this.#groups += 1;
    return this.#groups;
  }

  /** What of these lines is not in a leaf yet. */
  #shell({ startLine, endLine }: LineRange, of: Pick<Piece, "definition" | "group">): void {
    const range = trimmed(this.#lines, { startLine: Math.max(startLine, this.#nextLine), endLine });
    if (range === undefined) return;
    if (!this.#joinClosing(range)) for (const part of cutLines(this.#lines, range)) this.#add(part, of);
    this.#nextLine = Math.max(this.#nextLine, endLine + 1);
  }

  /** Brackets that close what stood before are no leaf of their own. */
  #joinClosing({ startLine, endLine }: LineRange): boolean {
    const last = this.pieces.pop();
    if (last === undefined) return false;
    const isClosing = endLine - startLine < 3 && CLOSING.test(this.#lines.slice(startLine, endLine));
    const fits = this.#lines.size(startLine, endLine) < 100;
    this.pieces.push(isClosing && fits ? { ...last, endLine } : last);
    return isClosing && fits;
  }

  #add(range: LineRange, { definition, group }: Pick<Piece, "definition" | "group">): void {
    const piece = trimmed(this.#lines, range);
    if (piece !== undefined) this.pieces.push({ ...piece, definition, group, opensTo: 0 });
    this.#nextLine = range.endLine + 1;
  }
}

function merge(lines: Lines, pieces: readonly Piece[]): Unit[] {
  const units: Unit[] = [];
  let open: Piece[] = [];
  const close = (): void => {
    const [first, last] = [open[0], open.at(-1)];
    if (first === undefined || last === undefined) return;
    const leaves: Leaf[] = open.map(({ startLine, endLine, definition }) => ({
      startLine,
      endLine,
      definition,
    }));
    units.push({ startLine: first.startLine, endLine: last.endLine, leaves });
    open = [];
  };
  for (const piece of pieces) {
    if (!fits(lines, open, piece)) close();
    open.push(piece);
  }
  close();
  return units;
}

function fits(lines: Lines, open: readonly Piece[], piece: Piece): boolean {
  const [first, last] = [open[0], open.at(-1)];
  if (first === undefined || last === undefined) return true;
  const { startLine } = first;
  if (piece.group !== last.group) return piece.group === 0 && last.group === 0;
  if (piece.group > 0) return lines.size(startLine, piece.endLine) <= MAX_FUNCTION;
  const endLine = Math.max(piece.endLine, piece.opensTo);
  return lines.size(startLine, endLine) <= MAX_UNIT && endLine - startLine < MAX_LINES;
}
