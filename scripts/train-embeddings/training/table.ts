import type { Kernels, Matrix } from "./kernels.ts";
import type { Random } from "./random.ts";
import type { Settings } from "./settings.ts";
import { Side } from "./side.ts";

const ENOUGH = 1e-10;

/** Weights of words, as logarithms, and Adagrad's memory of them. */
export interface Weights {
  readonly values: Float32Array;
  readonly squares: Float32Array;
}

/** What is learned. Threads work on it at once, as their steps rarely meet in one word. */
export interface Parameters {
  readonly rows: Matrix;
  readonly squares: Float32Array;
  readonly query: Weights;
  readonly code: Weights;
}

/** What one side of a batch needs beside the table. */
export interface SideState {
  readonly side: Side;
  readonly weights: Weights;
  readonly weightGradients: Float32Array;
  /** Vectors of length 1, one a pair. */
  readonly vectors: Matrix;
  readonly gradients: Matrix;
  readonly lengths: Float32Array;
}

/** The parameters at the beginning of the kernels' memory, wherever they have been made before. */
export function parametersIn(kernels: Kernels, words: number, dimensions: number): Parameters {
  const rows = kernels.matrix(words, dimensions);
  const list = (): Float32Array => kernels.matrix(1, words).values;
  return {
    rows,
    squares: list(),
    query: { values: list(), squares: list() },
    code: { values: list(), squares: list() },
  };
}

/** How many numbers `parametersIn` takes. */
export function parametersSize(words: number, dimensions: number): number {
  return words * (dimensions + 5);
}

export function fillAtRandom({ values, columns }: Matrix, random: Random): void {
  const deviation = 1 / Math.sqrt(columns);
  for (let at = 0; at < values.length; at++) values[at] = random.normal() * deviation;
}

/** One thread's hand on the table while it is learned. */
export class TableTrainer {
  readonly #parameters: Parameters;
  readonly #gradients: Matrix;
  readonly #kernels: Kernels;
  readonly #touched: number[] = [];
  readonly #isTouched: Uint8Array;

  constructor(kernels: Kernels, parameters: Parameters) {
    const { rows, columns } = parameters.rows;
    this.#kernels = kernels;
    this.#parameters = parameters;
    this.#gradients = kernels.matrix(rows, columns);
    this.#isTouched = new Uint8Array(rows);
  }

  /** Sums the words of each pair and makes the sum's length 1. */
  encode({ side, vectors, lengths, weights }: SideState): void {
    vectors.values.fill(0);
    for (let pair = 0; pair < vectors.rows; pair++) {
      const end = side.starts[pair + 1] ?? 0;
      for (let at = side.starts[pair] ?? 0; at < end; at++) {
        const row = side.rows[at] ?? 0;
        const weight = (side.weights[at] ?? 0) * Math.exp(weights.values[row] ?? 0);
        this.#kernels.addRow(this.#parameters.rows, row, vectors, pair, weight);
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
        const weight = (side.weights[at] ?? 0) * Math.exp(weights.values[row] ?? 0);
        this.#touch(row);
        this.#kernels.addRow(gradients, pair, this.#gradients, row, weight);
        const part = weight * this.#kernels.dotRows(this.#parameters.rows, row, gradients, pair);
        weightGradients[row] = (weightGradients[row] ?? 0) + part;
      }
    }
  }

  /** One step of row-wise Adagrad over all that was collected. */
  step(rate: number, weightRate: number, sides: ReadonlySet<StepSide>): void {
    const { rows, squares } = this.#parameters;
    for (const row of this.#touched) {
      const slope = this.#kernels.dotRows(this.#gradients, row, this.#gradients, row) / rows.columns;
      const sum = (squares[row] ?? 0) + slope;
      squares[row] = sum;
      this.#kernels.addRow(this.#gradients, row, rows, row, -rate / (Math.sqrt(sum) + ENOUGH));
      this.#gradients.values.fill(0, row * rows.columns, (row + 1) * rows.columns);
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

/** Sides with the same weights share their gradients as well. */
export function sideState(
  kernels: Kernels,
  { batch, dimensions }: Pick<Settings, "batch" | "dimensions">,
  { weights, weightGradients }: StepSide,
): SideState {
  return {
    side: new Side(batch),
    weights,
    weightGradients,
    vectors: kernels.matrix(batch, dimensions),
    gradients: kernels.matrix(batch, dimensions),
    lengths: new Float32Array(batch),
  };
}

type StepSide = Pick<SideState, "weights" | "weightGradients">;

function stepWeight(
  { weights: { values, squares }, weightGradients }: StepSide,
  row: number,
  rate: number,
): void {
  const gradient = weightGradients[row] ?? 0;
  if (gradient === 0) return;
  const sum = (squares[row] ?? 0) + gradient * gradient;
  squares[row] = sum;
  values[row] = (values[row] ?? 0) - (rate * gradient) / (Math.sqrt(sum) + ENOUGH);
  weightGradients[row] = 0;
}

function scaleRow({ values, columns }: Matrix, row: number, scale: number): void {
  const end = (row + 1) * columns;
  for (let at = row * columns; at < end; at++) values[at] = (values[at] ?? 0) * scale;
}
