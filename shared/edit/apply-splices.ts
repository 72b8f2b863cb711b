import type { Splice } from "./splice.ts";

/** The bytes after all replacements, which are sorted and do not overlap. */
export function applySplices(bytes: Buffer, splices: readonly Splice[]): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const { start, end, insert } of splices) {
    parts.push(bytes.subarray(from, start), insert);
    from = end;
  }
  parts.push(bytes.subarray(from));
  return Buffer.concat(parts);
}
