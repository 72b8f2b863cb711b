import { closeSync, lstatSync, type Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import type { Place } from "../access.ts";
import { worded } from "./contain-errors.ts";
import type { Opened } from "./contain.ts";
import { factsOf, kindOf, type DirectoryEntry, type EntryStat } from "./entry.ts";

/** A directory, open. */
export class OpenDirectory implements AsyncDisposable {
  readonly place: Place;
  readonly stat: EntryStat;
  readonly fd: number;
  /** A path that a child process of ours can use as its working directory while this is open. */
  readonly workingDirectory: string;
  /** The same for this process and its threads. */
  readonly path: string;
  readonly #opened: Opened;
  readonly #shown: string;
  #open = true;

  /** `shown`: the path as errors show it. */
  constructor(place: Place, opened: Opened, shown: string) {
    this.place = place;
    this.stat = factsOf(opened.stats);
    this.fd = opened.fd;
    this.workingDirectory = opened.pathForChildren;
    this.path = opened.path;
    this.#opened = opened;
    this.#shown = shown;
  }

  /** Throws when what was read by `path` may have been another directory. */
  verify(): void {
    this.#opened.verify();
  }

  /** Names and kinds, unsorted, links not followed. */
  async entries(): Promise<DirectoryEntry[]> {
    if (!this.#open) throw new Error("read after close");
    try {
      const found = await readdir(this.path, { withFileTypes: true });
      const entries = found.map((entry) => this.#known(entry));
      this.verify();
      return entries;
    } catch (error) {
      throw worded(this.#shown, error);
    }
  }

  async close(): Promise<void> {
    // a number that is closed twice may by then belong to somebody else
    if (this.#open) closeSync(this.fd);
    this.#open = false;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #known(entry: Dirent): DirectoryEntry {
    const kind = kindOf(entry);
    if (kind !== "unknown") return { name: entry.name, kind };
    // some file systems do not tell the kind in a listing
    const stats = lstatSync(`${this.path}/${entry.name}`, { throwIfNoEntry: false });
    return { name: entry.name, kind: stats === undefined ? kind : kindOf(stats) };
  }
}
