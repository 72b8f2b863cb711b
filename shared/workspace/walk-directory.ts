import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Dirent,
  type Stats,
} from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isErrno } from "../errors.ts";
import type { ContainmentKind } from "./contain.ts";
import { kindOf, type DirectoryEntry } from "./entry.ts";

const ENTER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
// Windows has neither of the two flags; undefined counts as 0
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What a walk may read of files; more throws `TooMuch`. */
export interface Allowance {
  bytes: number;
}

export class TooMuch extends Error {}

/** A directory during a walk: nearly everything is synchronous, and no link is ever followed. */
export class WalkDirectory {
  readonly #path: string;
  readonly #kind: ContainmentKind;
  readonly #allowance: Allowance;
  readonly #fd: number | undefined;
  #entries: readonly DirectoryEntry[] | undefined;

  private constructor(
    path: string,
    { kind, allowance, fd }: { kind: ContainmentKind; allowance: Allowance; fd?: number },
  ) {
    this.#path = path;
    this.#kind = kind;
    this.#allowance = allowance;
    this.#fd = fd;
  }

  /** `path` leads to a directory that the caller holds open; `allowance` holds for all that is entered from it. */
  static open(path: string, kind: ContainmentKind, allowance = { bytes: Infinity }): WalkDirectory {
    if (kind === "compare") return new WalkDirectory(path, { kind, allowance });
    return WalkDirectory.#held(openSync(path, constants.O_RDONLY | constants.O_DIRECTORY), allowance);
  }

  static #held(fd: number, allowance: Allowance): WalkDirectory {
    return new WalkDirectory(`/proc/self/fd/${fd}`, { kind: "handles", allowance, fd });
  }

  /** Undefined when the name is no directory any more, or may not be read. */
  enter(name: string): WalkDirectory | undefined {
    const allowance = this.#allowance;
    try {
      if (this.#kind === "handles")
        return WalkDirectory.#held(openSync(`${this.#path}/${name}`, ENTER), allowance);
      const path = join(this.#path, name);
      return lstatSync(path).isDirectory()
        ? new WalkDirectory(path, { kind: "compare", allowance })
        : undefined;
    } catch (error) {
      if (isErrno(error, ...REFUSALS)) return undefined;
      throw error;
    }
  }

  /** Sorted by name; undefined when it may not be read. */
  entries(): readonly DirectoryEntry[] | undefined {
    try {
      return this.#entries ?? this.#sorted(readdirSync(this.#path, { withFileTypes: true }));
    } catch (error) {
      if (isErrno(error, ...REFUSALS)) return undefined;
      throw error;
    }
  }

  /**
   * Reads the entries in a thread; `entries` gives them from then on. Undefined when there are more than `most`, and
   * when it may not be read.
   */
  async readFew(most: number): Promise<readonly DirectoryEntry[] | undefined> {
    try {
      // so many that this thread would be busy with their names for long
      if ((this.facts(".")?.size ?? 0) > LARGEST) return undefined;
      const found = await readdir(this.#path, { withFileTypes: true });
      this.#entries = found.length > most ? undefined : this.#sorted(found);
    } catch (error) {
      if (!isErrno(error, ...REFUSALS)) throw error;
    }
    return this.#entries;
  }

  #sorted(found: readonly Dirent[]): DirectoryEntry[] | undefined {
    // with handles the path is the very directory; else it must still be one without a link in it
    if (this.#kind === "compare" && realpathSync.native(this.#path) !== this.#path) return undefined;
    return found.map((entry) => this.#known(entry)).sort(byName);
  }

  /** Those of the names that are there, without reading the whole directory. */
  namesOf(names: readonly string[]): DirectoryEntry[] {
    return names.flatMap((name) => {
      const stats = this.facts(name);
      return stats === undefined ? [] : [{ name, kind: kindOf(stats) }];
    });
  }

  /** Of the name itself, a link not followed; undefined when it is gone. */
  facts(name: string): Stats | undefined {
    return lstatSync(`${this.#path}/${name}`, { throwIfNoEntry: false });
  }

  /** A regular file of at most `most` bytes, whole; undefined for anything else. */
  read(name: string, most: number): Buffer | undefined {
    let fd: number | undefined;
    try {
      // what is no regular file is not opened at all, as far as one can know before
      if (this.facts(name)?.isFile() !== true) return undefined;
      fd = openSync(`${this.#path}/${name}`, READ);
      const stats = fstatSync(fd);
      if (!stats.isFile() || stats.size > most) return undefined;
      this.#allowance.bytes -= stats.size;
      if (this.#allowance.bytes < 0) throw new TooMuch("more than this walk may read");
      const buffer = Buffer.alloc(stats.size);
      return buffer.subarray(0, readSync(fd, buffer, 0, stats.size, 0));
    } catch (error) {
      if (isErrno(error, ...REFUSALS)) return undefined;
      throw error;
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }

  #known(entry: Dirent): DirectoryEntry {
    const kind = kindOf(entry);
    if (kind !== "unknown") return { name: entry.name, kind };
    // some file systems do not tell the kind in a listing
    const stats = this.facts(entry.name);
    return { name: entry.name, kind: stats === undefined ? kind : kindOf(stats) };
  }
}

const REFUSALS = ["ENOENT", "ENOTDIR", "ELOOP", "EACCES", "EPERM", "ENAMETOOLONG", "ENXIO", "EIO", "ESTALE"];

/** Bytes of a directory itself: on most file systems that of some ten thousand names. */
const LARGEST = 2 * 1024 * 1024;

function byName(one: DirectoryEntry, other: DirectoryEntry): number {
  return one.name < other.name ? -1 : 1;
}
