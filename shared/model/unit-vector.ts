/**
 * A vector brought to unit length, one byte a dimension, 127 standing for 1. Undefined for what has no direction: all
 * zero, or not numbers.
 */
export function toUnitVector(values: readonly number[] | Float32Array): Int8Array | undefined {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += (values[index] ?? 0) * (values[index] ?? 0);
  const length = Math.sqrt(sum);
  if (!(length > 0 && length < Infinity)) return undefined;
  const vector = new Int8Array(values.length);
  for (let index = 0; index < values.length; index++)
    vector[index] = Math.round(((values[index] ?? 0) / length) * 127);
  return vector;
}
