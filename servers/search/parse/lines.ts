/** Where a text's lines start. Numbers of lines are 1-based; a line ends after its `\n`. */
export class Lines {
  readonly text: string;
  /** A last line without text is none. */
  readonly count: number;
  readonly #starts: Int32Array;

  constructor(text: string) {
    this.text = text;
    let breaks = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) breaks += 1;
    this.#starts = new Int32Array(breaks + 2);
    let line = 1;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
      this.#starts[line] = at + 1;
      line += 1;
    }
    this.#starts[line] = text.length;
    this.count = text === "" ? 0 : text.endsWith("\n") ? breaks : breaks + 1;
  }

  /** Offset of a line's first character; the text's length after the last line. */
  startOf(line: number): number {
    return this.#starts[Math.min(line - 1, this.#starts.length - 1)] ?? 0;
  }

  /** The line that holds this offset. */
  at(offset: number): number {
    let low = 1;
    let high = Math.max(this.count, 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.startOf(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** One line, or several, with their ends. */
  slice(first: number, last: number = first): string {
    return this.text.slice(this.startOf(first), this.startOf(last + 1));
  }

  /** Characters of these lines. */
  size(first: number, last: number): number {
    return this.startOf(last + 1) - this.startOf(first);
  }

  isBlank(line: number): boolean {
    return this.indent(line) < 0;
  }

  /** How many blanks a line starts with; -1 when there is nothing else. */
  indent(line: number): number {
    const end = this.startOf(line + 1);
    const start = this.startOf(line);
    for (let at = start; at < end; at += 1) if (!isSpace(this.text.charCodeAt(at))) return at - start;
    return -1;
  }

  /** True when nothing but blanks stands beside this part on its first and last line. */
  isAlone(start: number, end: number): boolean {
    const from = this.startOf(this.at(start));
    for (let at = from; at < start; at += 1) if (!isSpace(this.text.charCodeAt(at))) return false;
    for (let at = end; at < this.text.length && this.text[at] !== "\n"; at += 1) {
      if (!isSpace(this.text.charCodeAt(at))) return false;
    }
    return true;
  }
}

/** Blanks, tabs, ends of lines, and the mark at a text's start. */
export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff;
}
