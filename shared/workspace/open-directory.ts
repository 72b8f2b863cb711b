import { closeSync, lstatSync } from "node:fs";
import { readdir } from "node:fs/promises";
import type { Place } from "../access.ts";
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
  readonly #verify: () => void;
  #open = true;

  constructor(place: Place, opened: Opened) {
    this.place = place;
    this.stat = factsOf(opened.stats);
    this.fd = opened.fd;
    this.workingDirectory = opened.pathForChildren;
    this.path = opened.path;
    this.#verify = () => opened.verify();
  }

  /** Throws when what was read by `path` may have been another directory. */
  verify(): void {
    this.#verify();
  }

  /** Names and kinds, unsorted, links not followed. */
  async entries(): Promise<DirectoryEntry[]> {
    if (!this.#open) throw new Error("read after close");
    const { path } = this;
    const found = await readdir(path, { withFileTypes: true });
    const entries = found.map((entry) => {
      const kind = kindOf(entry);
      if (kind !== "unknown") return { name: entry.name, kind };
      // some file systems do not tell the kind in a listing
      const stats = lstatSync(`${path}/${entry.name}`, { throwIfNoEntry: false });
      return { name: entry.name, kind: stats === undefined ? kind : kindOf(stats) };
    });
    this.#verify();
    return entries;
  }

  async close(): Promise<void> {
    // a number that is closed twice may by then belong to somebody else
    if (this.#open) closeSync(this.fd);
    this.#open = false;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
