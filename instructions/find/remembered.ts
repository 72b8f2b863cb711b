import { type FileStamp, isFreshStamp, isSameStamp } from "../../shared/config/file-stamp.ts";

/** How paths of one kind are followed and looked at. */
interface Stamping {
  /** Absolute, links followed; throws `ToolError` when the path may not be followed. */
  resolve(path: string): string;
  /** Of a path that has no links in it. */
  stamp(path: string): FileStamp;
}

interface Known<Value> {
  /** Where the path led. */
  readonly real: string;
  /** Taken before the value was made: a change in between shows at the next look. */
  readonly stamp: FileStamp;
  /** False when one more change could hide behind the same stamp. */
  readonly isSettled: boolean;
  readonly value: Value;
  readonly size: number;
}

/** What was made of files, for as long as they do not change; what was made first is forgotten first. */
export class Remembered<Value> {
  readonly #known = new Map<string, Known<Value>>();
  readonly #most: number;
  readonly #sizeOf: (value: Value) => number;
  #size = 0;

  /** `most`: of all sizes together. */
  constructor(most: number, sizeOf: (value: Value) => number) {
    this.#most = most;
    this.#sizeOf = sizeOf;
  }

  /**
   * A few microseconds while nothing has changed, also where nothing is. What `make` throws is not remembered. `make`
   * gets the stamp, in which it sees that nothing is there, and where the path leads.
   */
  async get(
    path: string,
    ground: Stamping,
    make: (stamp: FileStamp, real: string) => Promise<Value> | Value,
  ): Promise<Value> {
    const known = this.#known.get(path);
    // a path without links needs no resolving: whatever was put on its way since shows in the stamp
    if (known?.isSettled === true && known.real === path && isSameStamp(ground.stamp(path), known.stamp))
      return known.value;
    const real = ground.resolve(path);
    const now = Date.now();
    const stamp = ground.stamp(real);
    if (known?.isSettled === true && known.real === real && isSameStamp(stamp, known.stamp))
      return known.value;
    const value = await make(stamp, real);
    this.#keep(path, { real, stamp, isSettled: !isFreshStamp(stamp, now), value, size: this.#sizeOf(value) });
    return value;
  }

  #keep(path: string, known: Known<Value>): void {
    this.#forget(path);
    this.#known.set(path, known);
    this.#size += known.size;
    for (const oldest of this.#known.keys()) {
      if (this.#size <= this.#most) return;
      this.#forget(oldest);
    }
  }

  #forget(path: string): void {
    this.#size -= this.#known.get(path)?.size ?? 0;
    this.#known.delete(path);
  }
}
