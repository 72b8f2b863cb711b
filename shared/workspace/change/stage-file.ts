import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  openSync,
  unlinkSync,
  type BigIntStats,
} from "node:fs";
import { promisify } from "node:util";
import { isErrno } from "../../errors.ts";
import { pathOf, type Spot } from "./folder.ts";
import { stampOf, type Stamp } from "./stamp.ts";
import { writeWholeLater } from "./write-whole.ts";

const syncLater = promisify(fsync);
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const SETGID = 0o2000n;

/** What a new file is to hold: in one piece, or piece by piece. */
export type Content = Buffer | AsyncIterable<Buffer>;

export interface StageOptions {
  /** The file whose owner and mode the new one takes over. */
  readonly like?: BigIntStats | undefined;
  /** The directory that it will lie in, when there is no file to be like. */
  readonly parent: BigIntStats;
  /** Permission bits when there is no file to be like; left out, what the system gives new files. */
  readonly mode?: number | undefined;
  /** Sets or takes away the right to run it; left out, that stays as it is. */
  readonly executable?: boolean | undefined;
  readonly fsync: boolean;
  readonly signal: AbortSignal;
}

/** Writes a new file at a spot of the trash, on the disk before this resolves; when it throws, nothing is left there. */
export async function stageFile(spot: Spot, content: Content, options: StageOptions): Promise<Stamp> {
  const path = pathOf(spot);
  const mode = modeOf(options);
  // with no more rights than it will have, so that a private file is private from the first byte on
  const fd = openSync(path, CREATE, mode ?? 0o666);
  try {
    const hash = createHash("sha256");
    for await (const piece of Buffer.isBuffer(content) ? [content] : content) {
      options.signal.throwIfAborted();
      hash.update(piece);
      await writeWholeLater(fd, piece);
    }
    const made = finish(fd, mode, options);
    if (options.fsync) await syncLater(fd);
    return stampOf(made, hash.digest("hex").slice(0, 16));
  } catch (error) {
    discard(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

function discard(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // swept later: what made the file fail is the error to tell, and not this one
  }
}

/** The bits of the new file; nothing for a new one without wishes, which gets what the system gives. */
function modeOf({ like, mode }: StageOptions): number | undefined {
  const wanted = like === undefined ? mode : Number(like.mode);
  // a program with new bytes is not run as somebody else; the kernel clears these bits as well
  return wanted === undefined ? undefined : wanted & 0o1777;
}

/** Gives the file its owner and its mode where it does not have them yet. */
function finish(fd: number, mode: number | undefined, options: StageOptions): BigIntStats {
  const made = fstatSync(fd, { bigint: true });
  const isOwned = takeOwner(fd, made, options);
  const has = Number(made.mode) & 0o7777;
  const wanted = withRun(mode ?? has, options.executable);
  if (isOwned && wanted === has) return made;
  fchmodSync(fd, wanted);
  return fstatSync(fd, { bigint: true });
}

/** Owner and group of the file that is replaced, or the group that the directory gives, as far as we may. */
function takeOwner(fd: number, made: BigIntStats, { like, parent }: StageOptions): boolean {
  const gid = like?.gid ?? ((parent.mode & SETGID) === 0n ? made.gid : parent.gid);
  const uid = like?.uid ?? made.uid;
  if (uid === made.uid && gid === made.gid) return true;
  if (!chown(fd, uid, gid) && gid !== made.gid) chown(fd, made.uid, gid);
  return false;
}

/** False when the operating system does not let us. */
function chown(fd: number, uid: bigint, gid: bigint): boolean {
  try {
    fchownSync(fd, Number(uid), Number(gid));
    return true;
  } catch (error) {
    if (isErrno(error, "EPERM", "EINVAL", "ENOSYS", "ENOTSUP")) return false;
    throw error;
  }
}

/** Whoever may read it may run it, or nobody may. */
function withRun(mode: number, executable: boolean | undefined): number {
  if (executable === undefined) return mode;
  return executable ? mode | ((mode & 0o444) >> 2) : mode & ~0o111;
}
