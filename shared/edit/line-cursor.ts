/** Walks units and their folded form line by line, so that places in one are places in the other. */
export class LineCursor {
  readonly #units: string;
  readonly #folded: string;
  #foldedStart = 0;
  #foldedFeed: number;
  /** Lines that were passed. */
  line = 0;
  /** Where the line begins in the units. */
  start = 0;
  /** The line feed in the units that ends the line; -1 when there is none. */
  feed: number;

  constructor(units: string, folded: string) {
    this.#units = units;
    this.#folded = folded;
    this.#foldedFeed = folded.indexOf("\n");
    this.feed = units === folded ? this.#foldedFeed : units.indexOf("\n");
  }

  /** The place in the units of a place in the folded form; each call asks for the same place or a later one. */
  unfold(at: number): number {
    while (this.#foldedFeed !== -1 && this.#foldedFeed < at) this.#step();
    return this.start + at - this.#foldedStart;
  }

  #step(): void {
    this.line += 1;
    this.start = this.feed + 1;
    this.#foldedStart = this.#foldedFeed + 1;
    this.#foldedFeed = this.#folded.indexOf("\n", this.#foldedStart);
    this.feed = this.#units === this.#folded ? this.#foldedFeed : this.#units.indexOf("\n", this.start);
  }
}
