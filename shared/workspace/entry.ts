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
