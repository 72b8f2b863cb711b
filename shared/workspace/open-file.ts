import { closeSync, read, readSync } from "node:fs";
import { promisify } from "node:util";
import type { Place } from "../access.ts";
import type { Opened } from "./contain.ts";
import type { EntryStat } from "./entry.ts";

const readLater = promisify(read);
/** Bytes that are read at once: the way through a thread would take longer than the read. */
const AT_ONCE = 65_536;

/** A regular file, open for reading; what is read is what was checked. */
export class OpenFile implements AsyncDisposable {
  readonly place: Place;
  readonly stat: EntryStat;
  /** For a child's stdin and for `/proc/<pid>/fd`; owned by this object. */
  readonly fd: number;
  #open = true;

  constructor(place: Place, opened: Opened, stat: EntryStat) {
    this.place = place;
    this.stat = stat;
    this.fd = opened.fd;
  }

  /** Up to `length` bytes from `position`; fewer at the end of the file. */
  async read(position: number, length: number): Promise<Buffer> {
    if (!this.#open) throw new Error("read after close");
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const rest = { buffer, offset: filled, length: length - filled, position: position + filled };
      const count =
        length <= AT_ONCE ? readSync(this.fd, buffer, rest) : (await readLater(this.fd, rest)).bytesRead;
      if (count === 0) break;
      filled += count;
    }
    return buffer.subarray(0, filled);
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
