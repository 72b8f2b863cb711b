/** One side of a batch: for each pair the rows of its words and how much each counts before its learned weight. */
export class Side {
  rows = new Int32Array(1 << 16);
  weights = new Float32Array(1 << 16);
  readonly starts: Int32Array;
  #pairs = 0;
  #used = 0;

  constructor(batch: number) {
    this.starts = new Int32Array(batch + 1);
  }

  clear(): void {
    this.#pairs = 0;
    this.#used = 0;
  }

  add(row: number, weight: number): void {
    if (this.#used === this.rows.length) this.#grow();
    this.rows[this.#used] = row;
    this.weights[this.#used++] = weight;
  }

  /** Ends the pair whose words were added. */
  endPair(): void {
    this.starts[++this.#pairs] = this.#used;
  }

  #grow(): void {
    const { rows, weights } = this;
    this.rows = new Int32Array(rows.length * 2);
    this.weights = new Float32Array(rows.length * 2);
    this.rows.set(rows);
    this.weights.set(weights);
  }
}
