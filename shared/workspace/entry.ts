import type { BigIntStats, Dirent } from "node:fs";

/** What stands at a path. Only files and directories are ever opened. */
export type EntryKind = "file" | "directory" | "link" | "fifo" | "socket" | "device" | "unknown";

/** Facts of one thing on the disk, from the handle that was opened. Sizes in bytes, times in ms since 1970. */
export interface EntryStat {
  readonly kind: EntryKind;
  readonly size: number;
  readonly mtimeMs: number;
  /** Permission bits, as in 0o644. */
  readonly mode: number;
  readonly links: number;
  /** `<device>:<inode>`, equal for two names of one thing. */
  readonly identity: string;
}

/** One name in a directory, not followed. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

type Kinds = Pick<
  Dirent,
  "isFile" | "isDirectory" | "isSymbolicLink" | "isFIFO" | "isSocket" | "isBlockDevice" | "isCharacterDevice"
>;

/** The kind behind node's seven questions; "unknown" when the file system does not say. */
export function kindOf(entry: Kinds): EntryKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  if (entry.isSymbolicLink()) return "link";
  if (entry.isFIFO()) return "fifo";
  if (entry.isSocket()) return "socket";
  return entry.isBlockDevice() || entry.isCharacterDevice() ? "device" : "unknown";
}

/** Our facts from node's; takes big integers, since an inode can be over 2^53. */
export function factsOf(stats: BigIntStats): EntryStat {
  return {
    kind: kindOf(stats),
    size: Number(stats.size),
    mtimeMs: Number(stats.mtimeNs / 1_000n) / 1_000,
    mode: Number(stats.mode & 0o7777n),
    links: Number(stats.nlink),
    identity: `${stats.dev}:${stats.ino}`,
  };
}
