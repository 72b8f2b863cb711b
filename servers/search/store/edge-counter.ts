/** How often one file uses names that another one defines; of one name at most 255 times. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const WIDTH = 3;

/** Adds up millions of single counts in plain arrays: a map of pairs would take ten times the time and memory. */
export class EdgeCounter {
  #counts = new Uint32Array(WIDTH * 4_096);
  #length = 0;
  #files = 0;

  add(from: number, to: number, count: number): void {
    if (from === to) return;
    if (this.#length === this.#counts.length) {
      const larger = new Uint32Array(this.#length * 2);
      larger.set(this.#counts);
      this.#counts = larger;
    }
    this.#counts[this.#length++] = from;
    this.#counts[this.#length++] = to;
    this.#counts[this.#length++] = count;
    this.#files = Math.max(this.#files, from + 1, to + 1);
  }

  /** By file, each pair once. */
  *edges(): Generator<Edge> {
    const { ends, order } = this.#byFile();
    const sums = new Uint32Array(this.#files);
    let at = 0;
    for (let from = 0; from < this.#files; from++) {
      const touched: number[] = [];
      for (; at < (ends[from] ?? 0); at++) {
        const place = order[at] ?? 0;
        const to = this.#counts[place + 1] ?? 0;
        if (sums[to] === 0) touched.push(to);
        sums[to] = (sums[to] ?? 0) + (this.#counts[place + 2] ?? 0);
      }
      for (const to of touched) {
        yield { from, to, count: sums[to] ?? 0 };
        sums[to] = 0;
      }
    }
  }

  /** Places of all counts in the order of the file that they are from, and where each file's end. */
  #byFile(): { readonly ends: Uint32Array; readonly order: Uint32Array } {
    const ends = new Uint32Array(this.#files + 1);
    for (let place = 0; place < this.#length; place += WIDTH) {
      const next = (this.#counts[place] ?? 0) + 1;
      ends[next] = (ends[next] ?? 0) + 1;
    }
    for (let file = 1; file <= this.#files; file++) ends[file] = (ends[file] ?? 0) + (ends[file - 1] ?? 0);
    const order = new Uint32Array(this.#length / WIDTH);
    for (let place = 0; place < this.#length; place += WIDTH) {
      const from = this.#counts[place] ?? 0;
      const end = ends[from] ?? 0;
      order[end] = place;
      ends[from] = end + 1;
    }
    return { ends, order };
  }
}
