import type { Kernels, Matrix } from "./kernels.ts";
import type { Random } from "./random.ts";
import type { Settings } from "./settings.ts";
import type { Side } from "./side.ts";

const ENOUGH = 1e-10;

/** What one side of a batch needs beside the table. */
export interface SideState {
  readonly side: Side;
  /** Vectors of length 1, one a pair. */
  readonly vectors: Matrix;
  readonly gradients: Matrix;
  readonly lengths: Float32Array;
  /** Logarithms of the words' weights, and their part of the gradient. */
  readonly weights: Float32Array;
  readonly weightGradients: Float32Array;
  readonly weightSquares: Float32Array;
}

/** The table while it is learned: a row and a weight for each word, and Adagrad's memory of each. */
export class TrainedTable {
  readonly rows: Matrix;
  readonly #gradients: Matrix;
  readonly #kernels: Kernels;
  readonly #squares: Float32Array;
  readonly #touched: number[] = [];
  readonly #isTouched: Uint8Array;

  constructor(kernels: Kernels, words: number, dimensions: number, random: Random) {
    this.#kernels = kernels;
    this.rows = kernels.matrix(words, dimensions);
    this.#gradients = kernels.matrix(words, dimensions);
    this.#squares = new Float32Array(words);
    this.#isTouched = new Uint8Array(words);
    const deviation = 1 / Math.sqrt(dimensions);
    for (let at = 0; at < this.rows.values.length; at++) this.rows.values[at] = random.normal() * deviation;
  }

  /** Sums the words of each pair and makes the sum's length 1. */
  encode({ side, vectors, lengths, weights }: SideState): void {
    vectors.values.fill(0);
    for (let pair = 0; pair < vectors.rows; pair++) {
      const end = side.starts[pair + 1] ?? 0;
      for (let at = side.starts[pair] ?? 0; at < end; at++) {
        const row = side.rows[at] ?? 0;
        const weight = (side.weights[at] ?? 0) * Math.exp(weights[row] ?? 0);
        this.#kernels.addRow(this.rows, row, vectors, pair, weight);
      }
      const length = Math.sqrt(this.#kernels.dotRows(vectors, pair, vectors, pair)) + ENOUGH;
      lengths[pair] = length;
      scaleRow(vectors, pair, 1 / length);
    }
  }

  /** Spreads the gradients of a side's vectors over the words that made them. */
  collect({ side, vectors, gradients, lengths, weights, weightGradients }: SideState): void {
    for (let pair = 0; pair < vectors.rows; pair++) {
      const along = this.#kernels.dotRows(vectors, pair, gradients, pair);
      this.#kernels.addRow(vectors, pair, gradients, pair, -along);
      scaleRow(gradients, pair, 1 / (lengths[pair] ?? 1));
      const end = side.starts[pair + 1] ?? 0;
      for (let at = side.starts[pair] ?? 0; at < end; at++) {
        const row = side.rows[at] ?? 0;
        const weight = (side.weights[at] ?? 0) * Math.exp(weights[row] ?? 0);
        this.#touch(row);
        this.#kernels.addRow(gradients, pair, this.#gradients, row, weight);
        const part = weight * this.#kernels.dotRows(this.rows, row, gradients, pair);
        weightGradients[row] = (weightGradients[row] ?? 0) + part;
      }
    }
  }

  /** One step of row-wise Adagrad over all that was collected. */
  step(rate: number, weightRate: number, sides: ReadonlySet<Omit<SideState, "side">>): void {
    const { columns } = this.rows;
    for (const row of this.#touched) {
      const squares = this.#kernels.dotRows(this.#gradients, row, this.#gradients, row) / columns;
      const sum = (this.#squares[row] ?? 0) + squares;
      this.#squares[row] = sum;
      this.#kernels.addRow(this.#gradients, row, this.rows, row, -rate / (Math.sqrt(sum) + ENOUGH));
      this.#gradients.values.fill(0, row * columns, (row + 1) * columns);
      this.#isTouched[row] = 0;
      for (const side of sides) stepWeight(side, row, weightRate);
    }
    this.#touched.length = 0;
  }

  #touch(row: number): void {
    if (this.#isTouched[row] === 1) return;
    this.#isTouched[row] = 1;
    this.#touched.push(row);
  }
}

export function sideState(
  kernels: Kernels,
  { batch, dimensions }: Pick<Settings, "batch" | "dimensions">,
  side: Side,
  words: number,
): SideState {
  return {
    side,
    vectors: kernels.matrix(batch, dimensions),
    gradients: kernels.matrix(batch, dimensions),
    lengths: new Float32Array(batch),
    weights: new Float32Array(words),
    weightGradients: new Float32Array(words),
    weightSquares: new Float32Array(words),
  };
}

function stepWeight(
  { weights, weightGradients, weightSquares }: Omit<SideState, "side">,
  row: number,
  rate: number,
): void {
  const gradient = weightGradients[row] ?? 0;
  if (gradient === 0) return;
  const sum = (weightSquares[row] ?? 0) + gradient * gradient;
  weightSquares[row] = sum;
  weights[row] = (weights[row] ?? 0) - (rate * gradient) / (Math.sqrt(sum) + ENOUGH);
  weightGradients[row] = 0;
}

function scaleRow({ values, columns }: Matrix, row: number, scale: number): void {
  const end = (row + 1) * columns;
  for (let at = row * columns; at < end; at++) values[at] = (values[at] ?? 0) * scale;
}
