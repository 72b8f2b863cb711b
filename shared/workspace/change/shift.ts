import {
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  type BigIntStats,
} from "node:fs";
import { isErrno, ToolError } from "../../errors.ts";
import { look, pathOf, type Spot } from "./folder.ts";

/** File systems without hard links say one of these. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"] as const;

/** Something else stands where something was to be put, or what was to be changed is another thing by now. */
export class Stale extends ToolError {
  constructor(shown: string, what = "changed while it was being changed here") {
    super("conflict", `${shown} ${what}`, { hint: "Read it again, then retry." });
  }
}

/** Moves a thing to a name that is free, never onto something. Throws `Stale` when the name is taken. */
export function shift(from: Spot, to: Spot, shown: string): void {
  const stats = look(from);
  const [source, target] = [pathOf(from), pathOf(to)];
  if (stats !== undefined && canLink(stats) && linkTo(source, target, shown)) {
    unlinkSync(source);
    return;
  }
  // what cannot be linked is renamed; onto a file or a directory with something in it no rename goes.
  if (look(to) !== undefined && !isRespelling(stats, look(to))) throw new Stale(shown, "is there already");
  try {
    renameSync(source, target);
  } catch (error) {
    if (isErrno(error, "ENOTEMPTY", "EEXIST", "ENOTDIR", "EISDIR"))
      throw new Stale(shown, "is there already");
    throw error;
  }
}

/** Puts a file in the place of another, in one step. */
export function shiftOnto(from: Spot, to: Spot): void {
  renameSync(pathOf(from), pathOf(to));
}

/** Keeps what stands at a spot under a second name: the same thing where there are links, else a copy of its bytes. */
export function keep(spot: Spot, as: Spot): "link" | "copy" {
  const [source, target] = [pathOf(spot), pathOf(as)];
  try {
    linkSync(source, target);
    return "link";
  } catch (error) {
    if (!isErrno(error, ...NO_LINKS)) throw error;
    copyFileSync(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    return "copy";
  }
}

export function drop(spot: Spot): void {
  unlinkSync(pathOf(spot));
}

/** Makes a directory, unless there is one. Throws `Stale` when something else is there. */
export function makeFolder(spot: Spot, shown: string): void {
  try {
    mkdirSync(pathOf(spot));
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    if (look(spot)?.isDirectory() !== true) throw new Stale(shown);
  }
}

/** Removes a directory, unless something is in it. */
export function dropFolder(spot: Spot): void {
  try {
    rmdirSync(pathOf(spot));
  } catch (error) {
    if (!isErrno(error, "ENOTEMPTY", "EEXIST", "ENOENT", "ENOTDIR", "EBUSY")) throw error;
  }
}

/** Elsewhere than on Linux a second name for a link is one for what it leads to. */
function canLink(stats: BigIntStats): boolean {
  return stats.isSymbolicLink() ? process.platform === "linux" : !stats.isDirectory();
}

/** A link fails where something is, which a rename does not; false where the file system has none. */
function linkTo(source: string, target: string, shown: string): boolean {
  try {
    linkSync(source, target);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) {
      if (isRespelling(statsOf(source), statsOf(target))) return false;
      throw new Stale(shown, "is there already");
    }
    if (isErrno(error, ...NO_LINKS)) return false;
    throw error;
  }
}

function statsOf(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

/** Where case does not count, `readme` and `README` are one thing, and one is renamed to the other. */
export function isRespelling(one: BigIntStats | undefined, other: BigIntStats | undefined): boolean {
  if (one === undefined || one.ino !== other?.ino || one.dev !== other.dev) return false;
  return one.isDirectory() || one.nlink === 1n;
}
