/** Tells the lines of offsets that only grow: one pass over the text for all of them. */
export class LineCount {
  readonly #text: string;
  #line = 1;
  /** The end of the line. */
  #end: number;

  constructor(text: string) {
    this.#text = text;
    this.#end = this.#endFrom(0);
  }

  /** From 1. */
  lineOf(offset: number): number {
    while (this.#end < offset) {
      this.#line += 1;
      this.#end = this.#endFrom(this.#end + 1);
    }
    return this.#line;
  }

  #endFrom(start: number): number {
    const end = this.#text.indexOf("\n", start);
    return end === -1 ? Infinity : end;
  }
}
