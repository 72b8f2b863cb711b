import type { BigIntStats } from "node:fs";
import * as z from "zod";
import { kindOf } from "../entry.ts";

/** What something on the disk was at one moment, so that it can be known again. */
export const stampSchema = z.strictObject({
  kind: z.enum(["file", "directory", "link", "fifo", "socket", "device", "unknown"]),
  /** `<device>:<inode>`. */
  id: z.string(),
  /** Bytes; of a directory whatever the file system says. */
  size: z.number(),
  /** Nanoseconds since 1970; 64 bits do not fit a number. */
  mtime: z.string(),
  /** Permission bits. */
  mode: z.number(),
  /**
   * Of a file whose bytes went through our hands: 16 hexadecimal digits of SHA-256. Of a directory that was looked
   * through: the digest of what was in it.
   */
  hash: z.string().optional(),
});
export type Stamp = z.output<typeof stampSchema>;

export function stampOf(stats: BigIntStats, hash?: string): Stamp {
  return {
    kind: kindOf(stats),
    id: identityOf(stats),
    size: Number(stats.size),
    mtime: String(stats.mtimeNs),
    mode: Number(stats.mode & 0o7777n),
    ...(hash === undefined ? {} : { hash }),
  };
}

/** The very thing; it may have been written since. */
export function isSameThing(stats: BigIntStats | undefined, stamp: Stamp | undefined): boolean {
  return stats !== undefined && stamp !== undefined && identityOf(stats) === stamp.id;
}

/** The very thing, and a file with the bytes that it had, as far as size and time tell. */
export function isUnchanged(stats: BigIntStats | undefined, stamp: Stamp): boolean {
  if (stats === undefined || !isSameThing(stats, stamp)) return false;
  if (stats.isDirectory()) return true;
  return Number(stats.size) === stamp.size && String(stats.mtimeNs) === stamp.mtime;
}

/** Two looks at one name found the same thing in the same state, mode and owner included. */
export function isSameLook(one: BigIntStats | undefined, other: BigIntStats | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.ino !== other.ino || one.dev !== other.dev) return false;
  if (one.isDirectory()) return other.isDirectory();
  return one.size === other.size && one.mtimeNs === other.mtimeNs && one.ctimeNs === other.ctimeNs;
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
