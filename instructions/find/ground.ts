import type { FileStamp } from "../../shared/config/file-stamp.ts";
import type { FileText } from "../shapes.ts";

/** What a name in a folder is, as far as it matters; `link` only where links are not followed blindly. */
export type NameKind = "file" | "directory" | "link" | "other";

export type Names = ReadonlyMap<string, NameKind>;

/** One way to reach files: through the door, or as the person's own. All paths are absolute. */
export interface Ground {
  /** Links followed, a missing tail as named; throws `ToolError` when that leads where nothing may be read. */
  resolve(path: string): string;
  /** Of a path without links; `missing` when nothing is there. */
  stamp(path: string): FileStamp;
  /** Nothing when there is none; throws `ToolError` for what may not be opened. */
  read(path: string): Promise<FileText | undefined>;
  /** Nothing when there is no such folder; throws `ToolError` as above. */
  names(folder: string): Promise<Names | undefined>;
  /** Links followed; nothing when it leads to nothing; throws `ToolError` as above. */
  kind(path: string): Promise<NameKind | undefined>;
}

/** Bytes of one file. */
export const MAX_BYTES = 256 * 1024;
/** Names of one folder that are looked through. */
export const MAX_NAMES = 20_000;
