import type { Access } from "../../../shared/access.ts";
import { ToolError } from "../../../shared/errors.ts";
import type { EntryKind } from "../../../shared/workspace/entry.ts";
import type { FilesystemViewContext } from "../deps.ts";

/** Files in directories that have a view of their own, for one call; a hook may run for each. */
export const MOST_FILES = 200;
/** All that is no directory. */
const KINDS: readonly EntryKind[] = ["file", "link", "fifo", "socket", "device", "unknown"];

/** Names of files in a directory, nothing of what is in them. */
export interface FilesBelow {
  /** Relative to the directory, in order. */
  readonly paths: readonly string[];
  /** So many others at least. */
  readonly more: number;
}

export const NO_FILES: FilesBelow = { paths: [], more: 0 };

/**
 * The files at any depth below a path, those that git ignores too; none when no directory stands there itself. Throws
 * when a directory cannot be looked through: nothing is to be touched unseen.
 */
export async function filesBelow(
  path: string,
  most: number,
  { workspace, signal }: FilesystemViewContext,
): Promise<FilesBelow> {
  const access = namesOnly(signal);
  try {
    const located = workspace.locate(path);
    if ((await workspace.stat(located, access)).kind !== "directory") return NO_FILES;
    await using directory = await workspace.openDirectory(located, access);
    const request = { gitignore: false, kinds: KINDS, limit: Math.max(1, most) };
    const { entries, total, partial, unreadable } = await workspace.walk(directory, request, signal);
    const unseen = unreadable + (partial === undefined ? 0 : 1);
    return { paths: entries.map((entry) => entry.path), more: total - entries.length + unseen };
  } catch (error) {
    // the call itself says it better
    if (error instanceof ToolError && REFUSED.has(error.code)) return NO_FILES;
    throw error;
  }
}

const REFUSED = new Set(["not_found", "denied", "invalid_input"]);

/** Policy has not judged the call yet, and a person's own scripts may know every name. */
function namesOnly(signal: AbortSignal): Access {
  return {
    signal,
    permit(_, intent) {
      if (intent !== "list") throw new Error(`a view wanted to ${intent}`);
    },
  };
}
