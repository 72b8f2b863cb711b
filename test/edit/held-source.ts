import type { ByteSource } from "../../shared/edit/splice.ts";

/** Bytes in memory, read as a file is. */
export function heldSource(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    read: async (position, length) => bytes.subarray(position, position + length),
  };
}
