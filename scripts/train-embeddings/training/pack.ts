import type { TableData } from "../../../shared/model/table-file.ts";
import type { Learned } from "./train.ts";

/** Makes each row one byte a dimension; the row's scale goes into the word's weights. */
export function packTable({ words, dimensions, rows, queryWeights, codeWeights }: Learned): TableData {
  const packed = new Int8Array(rows.length);
  const scales = new Float32Array(words.length);
  for (let row = 0; row < words.length; row++) {
    const own = rows.subarray(row * dimensions, (row + 1) * dimensions);
    const scale = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127 || 1;
    scales[row] = scale;
    for (const [index, value] of own.entries()) packed[row * dimensions + index] = Math.round(value / scale);
  }
  const scaled = (weights: Float32Array): Float32Array =>
    weights.map((weight, row) => weight * (scales[row] ?? 0));
  return {
    words,
    dimensions,
    rows: packed,
    queryWeights: scaled(queryWeights),
    codeWeights: scaled(codeWeights),
  };
}
