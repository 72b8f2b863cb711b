import { isSpace, type Lines } from "./lines.ts";

const MAX_DOC = 1_000;
/** A comment this long holds its doc in its first part. */
const MAX_RAW = 8_000;
const OPENING = /^\s*(?:\/\*+!?|\*+\/|\*(?!\*)|\/\/+!?|#+!?(?!\[)|--+|"""|''')[ \t]?/u;
const CLOSING = /\s*(?:\*+\/|"""|''')\s*$/u;

interface Piece {
  readonly startLine: number;
  readonly start: number;
  readonly end: number;
  readonly isDecorator: boolean;
}

/** What stands above a definition and belongs to it. */
export interface Above {
  /** First line with the decorators. */
  readonly startLine: number;
  readonly docLine: number;
  readonly doc: string;
}

/** Comments and decorators that have their lines for themselves, to be found by the definition that follows. */
export class Leading {
  readonly #lines: Lines;
  readonly #marks: RegExp | undefined;
  readonly #pieces = new Map<number, Piece>();

  /** `marks` are what else is no text in a doc comment. */
  constructor(lines: Lines, marks?: RegExp) {
    this.#lines = lines;
    this.#marks = marks;
  }

  add(start: number, end: number, isDecorator: boolean): void {
    let last = end;
    while (last > start && isSpace(this.#lines.text.charCodeAt(last - 1))) last -= 1;
    if (!this.#lines.isAlone(start, last)) return;
    const startLine = this.#lines.at(start);
    this.#pieces.set(this.#lines.at(last - 1), { startLine, start, end: last, isDecorator });
  }

  /** A blank line may stand between the doc comment and what it describes. */
  above(line: number): Above {
    let startLine = line;
    let at = line;
    const comments: Piece[] = [];
    for (;;) {
      const piece = this.#pieces.get(at - 1) ?? (comments.length === 0 ? this.#overGap(at) : undefined);
      if (piece === undefined) break;
      at = piece.startLine;
      if (piece.isDecorator) startLine = at;
      else comments.unshift(piece);
    }
    const docLine = Math.min(startLine, comments[0]?.startLine ?? startLine);
    return { startLine, docLine, doc: this.#text(comments) };
  }

  #overGap(line: number): Piece | undefined {
    const piece = line > 2 && this.#lines.isBlank(line - 1) ? this.#pieces.get(line - 2) : undefined;
    return piece?.isDecorator === true ? undefined : piece;
  }

  #text(comments: readonly Piece[]): string {
    const raw = comments.map(({ start, end }) =>
      this.#lines.text.slice(start, Math.min(end, start + MAX_RAW)),
    );
    return plainDoc(raw.join("\n"), this.#marks);
  }
}

/** A comment without its marks, at most 1,000 characters. */
export function plainDoc(raw: string, marks?: RegExp): string {
  const lines = raw.slice(0, MAX_RAW).split(/\r?\n/u);
  const plain = lines.map((line) => line.replace(CLOSING, "").replace(OPENING, "").trimEnd());
  const text = marks === undefined ? plain.join("\n") : plain.join("\n").replace(marks, "");
  return text.trim().slice(0, MAX_DOC).trimEnd();
}
