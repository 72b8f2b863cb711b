const TAB = 4;

/** Reads the beginning of one line of Markdown, in columns, since a tab may belong to two things. */
export class LineCursor {
  readonly #text: string;
  readonly #end: number;
  #at: number;
  #column = 0;
  #next = 0;
  #nextColumn = 0;

  constructor(text: string, start: number, end: number) {
    this.#text = text;
    this.#at = start;
    this.#end = end;
    this.#look();
  }

  /** Columns of white space ahead. */
  get indent(): number {
    return this.#nextColumn - this.#column;
  }

  /** The offset of the first thing that is no white space. */
  get next(): number {
    return this.#next;
  }

  get isBlank(): boolean {
    return this.#next === this.#end;
  }

  /** From the first thing that is no white space to the end. */
  get rest(): string {
    return this.#text.slice(this.#next, this.#end);
  }

  /** Goes over white space; at most as much as there is. */
  skipColumns(count: number): void {
    const target = Math.min(this.#column + count, this.#nextColumn);
    while (this.#at < this.#next) {
      const after = this.#after(this.#at, this.#column);
      // the tab ends further on: what is left of it is still ahead
      if (after > target) break;
      this.#column = after;
      this.#at += 1;
    }
    this.#column = target;
  }

  /** Goes over the white space and a mark of so many characters behind it. */
  skipMark(length: number): void {
    this.#at = this.#next + length;
    this.#column = this.#nextColumn + length;
    this.#look();
  }

  #look(): void {
    let at = this.#at;
    let column = this.#column;
    while (at < this.#end && (this.#text[at] === " " || this.#text[at] === "\t")) {
      column = this.#after(at, column);
      at += 1;
    }
    this.#next = at;
    this.#nextColumn = column;
  }

  #after(at: number, column: number): number {
    return this.#text[at] === "\t" ? column + TAB - (column % TAB) : column + 1;
  }
}
