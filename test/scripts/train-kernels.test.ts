import { expect, test } from "vitest";
import fc from "fast-check";
import { Kernels, memoryFor, transpose } from "../../scripts/train-embeddings/training/kernels.ts";
import type { Matrix } from "../../scripts/train-embeddings/training/kernels.ts";

const size = fc.constantFrom(16, 32, 64);
const number = fc.float({ min: -10, max: 10, noNaN: true });

function fill({ values }: Matrix, seed: readonly number[]): void {
  for (let at = 0; at < values.length; at++) values[at] = (seed[at % seed.length] ?? 0) * ((at % 7) - 3);
}

function row({ values, columns }: Matrix, index: number): Float32Array {
  return values.subarray(index * columns, (index + 1) * columns);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

test("products, sums and turned matrices are those that plain arithmetic gives", () => {
  fc.assert(
    fc.property(
      size,
      size,
      size,
      fc.array(number, { minLength: 3, maxLength: 40 }),
      (rows, inner, columns, seed) => {
        const kernels = new Kernels(memoryFor(5 * 64 * 64));
        const a = kernels.matrix(rows, inner);
        const b = kernels.matrix(inner, columns);
        const turned = kernels.matrix(columns, inner);
        const product = kernels.matrix(rows, columns);
        fill(a, seed);
        fill(b, seed.toReversed());
        transpose(b, turned);
        kernels.multiply(a, b, product);
        for (const [r, c] of [
          [0, 0],
          [rows - 1, columns - 1],
          [1, columns - 2],
        ] as const) {
          const expected = dot(row(a, r), row(turned, c));
          expect(Math.abs((row(product, r)[c] ?? 0) - expected)).toBeLessThanOrEqual(
            1e-3 * (1 + Math.abs(expected)),
          );
          expect(kernels.dotRows(a, r, turned, c)).toBeCloseTo(row(product, r)[c] ?? 0, 1);
        }
        const before = row(a, 1).slice();
        kernels.addRow(turned, 0, a, 1, 0.5);
        const [first, added] = [before[3] ?? 0, row(turned, 0)[3] ?? 0];
        expect(row(a, 1)[3]).toBeCloseTo(first + 0.5 * added, 3);
      },
    ),
    { numRuns: 40 },
  );
});
