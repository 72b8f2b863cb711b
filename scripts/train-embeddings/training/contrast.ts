import { transpose } from "./kernels.ts";
import type { Kernels, Matrix } from "./kernels.ts";
import type { SideState } from "./table.ts";

/**
 * Each text must be nearer to its own code than to all other code of the batch, and each code to its text: a softmax
 * over cosines, in both directions.
 */
export class Contrast {
  readonly #kernels: Kernels;
  readonly #sharpness: number;
  readonly #scores: Matrix;
  readonly #scoresTurned: Matrix;
  readonly #codeTurned: Matrix;
  readonly #rowSums: Float32Array;
  readonly #columnSums: Float32Array;

  constructor(kernels: Kernels, batch: number, dimensions: number, sharpness: number) {
    this.#kernels = kernels;
    this.#sharpness = sharpness;
    this.#scores = kernels.matrix(batch, batch);
    this.#scoresTurned = kernels.matrix(batch, batch);
    this.#codeTurned = kernels.matrix(dimensions, batch);
    this.#rowSums = new Float32Array(batch);
    this.#columnSums = new Float32Array(batch);
  }

  /** Fills both sides' gradients and returns the loss. Pairs of one `group` are not told apart. */
  compare(query: SideState, code: SideState, groups: Int32Array): number {
    transpose(code.vectors, this.#codeTurned);
    this.#kernels.multiply(query.vectors, this.#codeTurned, this.#scores);
    const loss = this.#exponents(groups);
    this.#toGradients();
    this.#kernels.multiply(this.#scores, code.vectors, query.gradients);
    transpose(this.#scores, this.#scoresTurned);
    this.#kernels.multiply(this.#scoresTurned, query.vectors, code.gradients);
    return loss;
  }

  /** Scores become exp(sharpness (cosine - 1)), which neither vanishes nor overflows. */
  #exponents(groups: Int32Array): number {
    const { values, rows } = this.#scores;
    const sharpness = this.#sharpness;
    let own = 0;
    this.#columnSums.fill(0);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let column = 0; column < rows; column++) {
        const at = row * rows + column;
        const hidden = row !== column && groups[row] === groups[column];
        const value = hidden ? 0 : Math.exp(sharpness * ((values[at] ?? 0) - 1));
        if (row === column) own += Math.log(value);
        values[at] = value;
        sum += value;
        this.#columnSums[column] = (this.#columnSums[column] ?? 0) + value;
      }
      this.#rowSums[row] = sum;
    }
    let loss = -own;
    for (let row = 0; row < rows; row++) {
      loss += (Math.log(this.#rowSums[row] ?? 1) + Math.log(this.#columnSums[row] ?? 1)) / 2;
    }
    return loss / rows;
  }

  #toGradients(): void {
    const { values, rows } = this.#scores;
    const scale = this.#sharpness / (2 * rows);
    for (let row = 0; row < rows; row++) {
      const perRow = scale / (this.#rowSums[row] ?? 1);
      for (let column = 0; column < rows; column++) {
        const at = row * rows + column;
        values[at] = (values[at] ?? 0) * (perRow + scale / (this.#columnSums[column] ?? 1));
      }
      values[row * rows + row] = (values[row * rows + row] ?? 0) - 2 * scale;
    }
  }
}
