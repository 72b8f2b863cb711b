import { lstatSync, type BigIntStats } from "node:fs";
import type { Held } from "../contain.ts";
import { exchanged } from "../contain-errors.ts";

/** A directory that a change works in, held; one that the change makes itself is entered when it is there. */
export class Folder {
  readonly #enter: () => Held;
  #held: Held | undefined;

  private constructor(enter: () => Held) {
    this.#enter = enter;
  }

  /** The caller hands the directory over. */
  static of(held: Held): Folder {
    const folder = new Folder(() => held);
    folder.#held = held;
    return folder;
  }

  static below(parent: Folder, name: string): Folder {
    return new Folder(() => {
      const held = parent.held.enter(name);
      if (held === undefined) throw exchanged();
      return held;
    });
  }

  /** Throws `conflict` when no directory of that name is there. */
  get held(): Held {
    this.#held ??= this.#enter();
    return this.#held;
  }

  close(): void {
    this.#held?.close();
    this.#held = undefined;
  }
}

/** One name in a held directory, whether or not something stands there. */
export interface Spot {
  readonly folder: Folder;
  readonly name: string;
}

/** Where system calls find the spot; nothing can be exchanged between it and the root. */
export function pathOf({ folder, name }: Spot): string {
  const { held } = folder;
  held.verify();
  return held.at(name);
}

/** What stands there now, a link not followed. */
export function look(spot: Spot): BigIntStats | undefined {
  return lstatSync(pathOf(spot), { bigint: true, throwIfNoEntry: false });
}
