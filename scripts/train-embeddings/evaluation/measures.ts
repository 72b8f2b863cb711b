/** Where the right piece of code came, over many texts. */
export interface Figures {
  readonly texts: number;
  /** Mean of 1 / rank. */
  readonly mrr: number;
  /** Share of texts whose code is among the first ten. */
  readonly recall: number;
}

export class Ranks {
  #texts = 0;
  #reciprocals = 0;
  #found = 0;

  add(scores: Float32Array, right: number): void {
    const own = scores[right] ?? 0;
    let rank = 1;
    for (let index = 0; index < scores.length; index++) {
      // an equal score counts against us, or a ranking that knows nothing would be perfect
      if (index !== right && (scores[index] ?? 0) >= own) rank++;
    }
    this.#texts++;
    this.#reciprocals += 1 / rank;
    if (rank <= 10) this.#found++;
  }

  figures(): Figures {
    const texts = Math.max(1, this.#texts);
    return { texts: this.#texts, mrr: this.#reciprocals / texts, recall: this.#found / texts };
  }
}

/** Both lists brought to 0..1 and added. */
export function fuse(one: Float32Array, other: Float32Array): Float32Array {
  const [first, second] = [toUnitRange(one), toUnitRange(other)];
  return first.map((score, index) => score + (second[index] ?? 0));
}

function toUnitRange(scores: Float32Array): Float32Array {
  const sorted = Float32Array.from(scores).sort();
  // as a search does it that looks at the 200 best
  const low = sorted.at(-Math.min(200, sorted.length)) ?? 0;
  const span = (sorted.at(-1) ?? 0) - low || 1;
  return scores.map((score) => Math.max(0, score - low) / span);
}
