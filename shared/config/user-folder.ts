import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { isErrno } from "../errors.ts";

export type UserEntryKind = "file" | "directory" | "other";

/**
 * Names in a folder of the person's own; links are followed, since they are theirs, and `other` when they lead to
 * nothing. Undefined when there is no such folder, it may not be read, or it holds more than `most` names.
 */
export function listUserFolder(folder: string, most: number): ReadonlyMap<string, UserEntryKind> | undefined {
  try {
    const names = readdirSync(folder);
    if (names.length > most) return undefined;
    return new Map(names.map((name) => [name, userEntryKind(join(folder, name)) ?? "other"]));
  } catch (error) {
    if (isErrno(error, ...NONE)) return undefined;
    throw error;
  }
}

/** What a path of the person's own leads to. */
export function userEntryKind(path: string): UserEntryKind | undefined {
  try {
    const stats = statSync(path);
    if (stats.isFile()) return "file";
    return stats.isDirectory() ? "directory" : "other";
  } catch (error) {
    if (isErrno(error, ...NONE)) return undefined;
    throw error;
  }
}

/** Where a path of the person's own leads; the path itself when it leads nowhere. */
export function resolveUserPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isErrno(error, ...NONE)) return path;
    throw error;
  }
}

const NONE = ["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG"];
