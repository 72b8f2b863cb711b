/** Where the lines of a file lie, in units. A line's end is every `\r` before its `\n`, and that. */
export class FileLines {
  readonly units: string;
  /** How many lines there are; what follows the last `\n` is one too, unless it is empty. */
  readonly count: number;
  /** Units before the text. */
  readonly bom: number;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(units: string, bom: number) {
    this.units = units;
    this.bom = bom;
    let at = bom;
    while (at < units.length) {
      const feed = units.indexOf("\n", at);
      let end = feed === -1 ? units.length : feed;
      const next = feed === -1 ? end : feed + 1;
      while (end > at && units[end - 1] === "\r") end -= 1;
      this.#starts.push(at);
      this.#ends.push(end);
      at = next;
    }
    this.count = this.#starts.length;
  }

  /** Whether the last line has no `\n`. */
  get open(): boolean {
    return this.count > 0 && !this.units.endsWith("\n");
  }

  /** Where line `index` (from 0) starts; the end of the file for lines after the last. */
  start(index: number): number {
    return this.#starts[index] ?? this.units.length;
  }

  /** The line without its end. */
  text(index: number): string {
    return this.units.slice(this.start(index), this.#ends[index]);
  }

  /** The end of a line; `undefined` where there is no such line or it has no `\n`. */
  end(index: number): string | undefined {
    const end = this.#ends[index];
    if (end === undefined || (this.open && index === this.count - 1)) return undefined;
    return this.units.slice(end, this.start(index + 1));
  }

  /** Where `text` starts when it is line `index`, without its end; it may begin with the mark before the text. */
  startOf(text: string, index: number): number | undefined {
    const end = this.#ends[index];
    if (end === undefined) return undefined;
    const marked = index === 0 && this.bom > 0 && text.startsWith(this.units.slice(0, this.bom));
    const start = marked ? 0 : this.start(index);
    return end - start === text.length && this.units.startsWith(text, start) ? start : undefined;
  }
}
