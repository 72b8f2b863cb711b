import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { isErrno } from "../errors.ts";

/** A larger one is not hashed. */
export const MAX_SCRIPT_BYTES = 1024 * 1024;
/** More than this nobody reads before saying yes. */
const MAX_SHOWN = 64 * 1024;
const MAX_KNOWN = 30_000;
/** Two changes within one tick of a file system's clock (two seconds on FAT) look like one. */
const TICK_MS = 3_000;
const GONE = ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EINVAL", "ERR_INVALID_ARG_VALUE"] as const;

/** What lies at a path that a command names, as it was when it was looked at. */
export interface ScriptFacts {
  /** As it was asked for. */
  readonly path: string;
  /** Where it leads, links followed; the same as `path` when nothing is there. */
  readonly real: string;
  /** `unusable`: there, and its contents cannot be vouched for; `problem` says why. */
  readonly kind: "file" | "directory" | "absent" | "unusable";
  readonly bytes: number;
  /** SHA-256 of the contents, of a `file`. */
  readonly hash?: string;
  /** Whether a system may run it as a program: by its mode, or by a first line that names an interpreter. */
  readonly isProgram: boolean;
  /** Of `unusable`: a clause of our own, such as `is larger than 1024 KiB`. */
  readonly problem?: string;
}

interface Known {
  readonly facts: ScriptFacts;
  readonly stats: BigIntStats | undefined;
  /** False for what changed just now, or while it was read: it is read again next time. */
  readonly isSettled: boolean;
}

/**
 * Looks at scripts, and remembers what it saw: as long as nothing changed a look costs one stat, a few microseconds.
 * Links are followed; what lies behind a FIFO or a device is not waited for.
 */
export class ScriptReader {
  readonly #known = new Map<string, Known>();

  /** The same object as long as nothing changed. Does not throw. */
  look(path: string): ScriptFacts {
    const known = this.#known.get(path);
    const stats = statOf(path);
    if (known !== undefined && isSame(known, stats)) return known.facts;
    const fresh = read(path, stats);
    const facts = JSON.stringify(fresh.facts) === JSON.stringify(known?.facts) ? known?.facts : undefined;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(path, { ...fresh, facts: facts ?? fresh.facts });
    return facts ?? fresh.facts;
  }

  /** The whole text that has the hash of these facts; nothing when it changed, is over 64 KiB, or is no UTF-8 text. */
  textOf({ path, hash }: ScriptFacts): string | undefined {
    const bytes = hash === undefined ? undefined : bytesOf(path, MAX_SHOWN);
    if (bytes === undefined || sha256(bytes) !== hash || !isUtf8(bytes)) return undefined;
    return bytes.toString("utf8");
  }
}

function isSame({ facts, stats, isSettled }: Known, now: BigIntStats | undefined): boolean {
  if (stats === undefined || now === undefined) return stats === now;
  return (
    isSettled &&
    stats.ino === now.ino &&
    stats.ctimeNs === now.ctimeNs &&
    stats.mtimeNs === now.mtimeNs &&
    stats.size === now.size &&
    stats.dev === now.dev &&
    stats.mode === now.mode &&
    // another name of the same file may have taken its place
    (facts.real === facts.path || realOf(facts.path) === facts.real)
  );
}

function read(path: string, stats: BigIntStats | undefined): Known {
  if (stats === undefined) return { stats, facts: absent(path), isSettled: true };
  const real = realOf(path) ?? path;
  const common = { path, real, bytes: Number(stats.size), isProgram: isExecutable(stats) };
  if (stats.isDirectory()) return { stats, facts: { ...common, kind: "directory" }, isSettled: true };
  const opened = problemOf(stats) === undefined ? openedFile(path) : undefined;
  if (opened === undefined) {
    const problem = problemOf(stats) ?? "cannot be read";
    return { stats, facts: { ...common, kind: "unusable", problem }, isSettled: true };
  }
  const { bytes, stats: found } = opened;
  const isProgram = common.isProgram || bytes.subarray(0, 2).toString("latin1") === "#!";
  const facts: ScriptFacts = { ...common, kind: "file", bytes: bytes.length, hash: sha256(bytes), isProgram };
  const isSettled = Date.now() - Number(found.ctimeMs) > TICK_MS && BigInt(bytes.length) === found.size;
  return { facts, stats: found, isSettled };
}

function problemOf(stats: BigIntStats): string | undefined {
  if (!stats.isFile()) return "is no regular file";
  return stats.size > MAX_SCRIPT_BYTES ? `is larger than ${MAX_SCRIPT_BYTES / 1024} KiB` : undefined;
}

function isExecutable(stats: BigIntStats): boolean {
  return process.platform !== "win32" && stats.isFile() && (stats.mode & 0o111n) !== 0n;
}

function absent(path: string): ScriptFacts {
  return { path, real: path, kind: "absent", bytes: 0, isProgram: false };
}

function bytesOf(path: string, limit: number): Buffer | undefined {
  const bytes = openedFile(path)?.bytes;
  return bytes !== undefined && bytes.length <= limit ? bytes : undefined;
}

/** Nothing for what is no file of at most a MiB by now, or cannot be read. */
function openedFile(path: string): { readonly bytes: Buffer; readonly stats: BigIntStats } | undefined {
  let fd: number | undefined;
  try {
    // Windows has no O_NONBLOCK, and no FIFO in a folder
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile() || stats.size > MAX_SCRIPT_BYTES) return undefined;
    const bytes = readUpTo(fd, MAX_SCRIPT_BYTES + 1);
    return bytes.length > MAX_SCRIPT_BYTES ? undefined : { bytes, stats };
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function readUpTo(fd: number, limit: number): Buffer {
  const parts: Buffer[] = [];
  for (let room = limit; room > 0;) {
    const part = Buffer.allocUnsafe(Math.min(room, 64 * 1024));
    const count = readSync(fd, part);
    if (count === 0) break;
    parts.push(part.subarray(0, count));
    room -= count;
  }
  return Buffer.concat(parts);
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    // a folder on the way that is closed to us is closed to the command too
    if (isErrno(error, ...GONE, "EACCES", "EPERM")) return undefined;
    throw error;
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isErrno(error, ...GONE, "EACCES", "EPERM")) return undefined;
    throw error;
  }
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
