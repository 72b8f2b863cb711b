/** The same array, or a larger one with the same beginning when it holds fewer than `length`. */
export function grown(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  if (length <= array.length) return array;
  const larger = new Uint32Array(Math.max(1024, length, Math.ceil(array.length * 1.5)));
  larger.set(array);
  return larger;
}
