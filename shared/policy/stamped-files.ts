import { isUtf8 } from "node:buffer";
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  openSync,
  opendirSync,
  readSync,
  statSync,
} from "node:fs";
import { isErrno, StartupError } from "../errors.ts";
import { escapeForPerson } from "../escape-for-person.ts";

/** Two changes within one tick of a file system's clock (two seconds on FAT) look like one. */
const TICK_MS = 3_000;
const MAX_LOOKS = 3_000;
const MAX_BYTES = 16 * 1024 * 1024;

type Stamp = BigIntStats | undefined;

/** What may still change in a place without a difference: `whole` nothing, `identity` what lies in it. */
type Depth = "whole" | "identity";

/**
 * Reads files and folders, links followed, and keeps of each a stamp, of what is missing that it is missing: as long
 * as the stamps hold, reading again would give the same. Throws `StartupError` for what cannot be looked at whole.
 */
export class StampedFiles {
  readonly #looks = new Map<string, { readonly stamp: Stamp; readonly depth: Depth }>();
  #bytes = 0;
  #isSettled = true;

  /** A few microseconds for each place. False for what had changed just before it was read. */
  isUnchanged(): boolean {
    if (!this.#isSettled) return false;
    for (const [path, { stamp, depth }] of this.#looks) if (!isSame(path, stamp, depth)) return false;
    return true;
  }

  /** Undefined when nothing is there. */
  kindOf(
    path: string,
  ): { readonly kind: "file" | "folder" | "other"; readonly isProgram: boolean } | undefined {
    const stats = statOf(path);
    this.#keep(path, stats, stats === undefined || stats.isFile() ? "whole" : "identity");
    if (stats === undefined) return undefined;
    const isProgram = stats.isFile() && (process.platform === "win32" || (stats.mode & 0o111n) !== 0n);
    return { kind: stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other", isProgram };
  }

  /** Undefined when nothing is there. A FIFO does not make it wait. */
  bytes(path: string, maxBytes: number): Buffer | undefined {
    const stats = statOf(path);
    if (stats === undefined) return this.#keep(path, stats, "whole");
    if (!stats.isFile()) {
      this.#keep(path, stats, "identity");
      throw unshown(path, "is no file");
    }
    const opened = openedFile(path, maxBytes);
    this.#keep(path, opened?.stats, "whole");
    if (opened === undefined) return undefined;
    if (opened.bytes === undefined) throw unshown(path, `is larger than ${maxBytes / 1024} KiB`);
    this.#bytes += opened.bytes.length;
    if (this.#bytes > MAX_BYTES) throw unshown(path, "is more than can be looked at");
    return opened.bytes;
  }

  /** The same as text. Other bytes could change without a change in the text, so they are refused. */
  text(path: string, maxBytes: number): string | undefined {
    const bytes = this.bytes(path, maxBytes);
    if (bytes === undefined) return undefined;
    if (!isUtf8(bytes)) throw unshown(path, "is no UTF-8 text");
    return bytes.toString("utf8");
  }

  /** The names in a folder in their order; undefined when there is no folder. */
  names(folder: string, most: number): string[] | undefined {
    const stats = statOf(folder);
    if (stats?.isDirectory() !== true) return this.#keep(folder, stats, "identity");
    this.#keep(folder, stats, "whole");
    const names: string[] = [];
    const opened = opendirSync(folder);
    try {
      for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) {
        names.push(entry.name);
        if (names.length > most) throw unshown(folder, `holds more than ${most} files`);
      }
    } finally {
      opened.closeSync();
    }
    return names.toSorted();
  }

  #keep(path: string, stamp: Stamp, depth: Depth): undefined {
    const known = this.#looks.get(path);
    if (known === undefined && this.#looks.size >= MAX_LOOKS) throw unshown(path, "is one file too many");
    // the older stamp is the one that a change since then differs from
    if (known === undefined || known.depth === "identity") this.#looks.set(path, { stamp, depth });
    if (depth === "whole" && stamp !== undefined && Date.now() - Number(stamp.ctimeMs) <= TICK_MS)
      this.#isSettled = false;
  }
}

/** What a person cannot be shown whole; `what` is a clause of ours: `is no file`. */
export function unshown(path: string, what: string): StartupError {
  return new StartupError(
    `${escapeForPerson(path)} ${what}, so it cannot be shown whole, and what is not shown cannot be trusted`,
  );
}

function isSame(path: string, then: Stamp, depth: Depth): boolean {
  let now: Stamp;
  try {
    now = statOf(path);
  } catch (error) {
    if (error instanceof StartupError) return false;
    throw error;
  }
  if (then === undefined || now === undefined) return then === now;
  if (then.ino !== now.ino || then.dev !== now.dev) return false;
  return (
    depth === "identity" ||
    (then.ctimeNs === now.ctimeNs &&
      then.mtimeNs === now.mtimeNs &&
      then.size === now.size &&
      then.mode === now.mode)
  );
}

function statOf(path: string): Stamp {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"))
      return undefined;
    if (isErrno(error, "EACCES", "EPERM")) throw unshown(path, "is closed to us");
    throw error;
  }
}

/** No bytes when there are more than this; nothing when it just went away. */
function openedFile(
  path: string,
  maxBytes: number,
): { readonly stats: BigIntStats; readonly bytes: Buffer | undefined } | undefined {
  let fd: number | undefined;
  try {
    // Windows has no O_NONBLOCK, and no FIFO in a folder
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile() || stats.size > maxBytes) return { stats, bytes: undefined };
    const bytes = Buffer.alloc(Number(stats.size) + 1);
    let length = 0;
    for (let count = -1; count !== 0 && length < bytes.length; length += count)
      count = readSync(fd, bytes, length, bytes.length - length, null);
    // what grew while it was read is not what its stamp says
    return { stats, bytes: length > stats.size ? undefined : bytes.subarray(0, length) };
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    if (isErrno(error, "EACCES", "EPERM")) throw unshown(path, "is closed to us");
    throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
