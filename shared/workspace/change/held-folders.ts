import type { BigIntStats } from "node:fs";
import type { Containment, Held } from "../contain.ts";
import { exchanged } from "../contain-errors.ts";
import type { Root } from "../root.ts";
import { Folder, type Spot } from "./folder.ts";
import { mountPoint } from "./mount-point.ts";
import { Stale } from "./shift.ts";
import { openTrash } from "./trash.ts";

/** A spot, the nearest directory above it that is there, and those that have to be made before, topmost first. */
export interface FoundSpot {
  readonly spot: Spot;
  readonly parent: BigIntStats;
  readonly makes: readonly { readonly relative: string; readonly spot: Spot }[];
}

/** The directories that one change works in, each held once until `close`. */
export class HeldFolders {
  readonly #containment: Containment;
  readonly #folders = new Map<string, Folder>();
  readonly #reached: {
    readonly root: Root;
    readonly parts: readonly string[];
    readonly held: Held;
  }[] = [];

  constructor(containment: Containment) {
    this.#containment = containment;
  }

  /** The spot of a name in a directory that was reached already, and is handed over. */
  adopt(root: Root, held: Held, name: string): FoundSpot {
    const folder = this.#once([root.path, ...held.parts].join("\0"), () => this.#keep(root, held));
    if (folder.held !== held) held.close();
    return { spot: { folder, name }, parent: folder.held.stats, makes: [] };
  }

  /** The spot of a name below directories that are there, and of names below it that are not. Links are not followed. */
  find(root: Root, parts: readonly string[], names: readonly string[]): FoundSpot {
    let folder = this.#there(root, parts);
    const parent = folder.held.stats;
    const makes: { relative: string; spot: Spot }[] = [];
    for (const [index, name] of names.slice(0, -1).entries()) {
      const relative = [...parts, ...names.slice(0, index + 1)].join("/");
      makes.push({ relative, spot: { folder, name } });
      folder = this.#once(`${root.path}\0${relative}`, Folder.below.bind(Folder, folder, name));
    }
    return { spot: { folder, name: names.at(-1) ?? "" }, parent, makes };
  }

  /** The trash for things at a path, and the names that lead from the root to the mount in which it lies. */
  trashFor(
    root: Root,
    parts: readonly string[],
  ): { readonly folder: Folder; readonly mount: readonly string[] } {
    const base = root.path === "/" ? "" : root.path;
    const point = mountPoint([base, ...parts].join("/"));
    const mount = point.startsWith(`${base}/`) ? point.slice(base.length + 1).split("/") : [];
    return { folder: this.trash(root, mount), mount: mount[0] === "" ? [] : mount };
  }

  trash(root: Root, mount: readonly string[]): Folder {
    const key = ["trash", root.path, ...mount].join("\0");
    return this.#once(key, () => openTrash(this.#containment, root, mount));
  }

  /** Throws `Stale` when a directory lies elsewhere by now: what is put into it would come to lie there too. */
  verify(): void {
    for (const { root, parts, held } of this.#reached) {
      if (held.isInPlace()) continue;
      const now = this.#containment.reach(root, parts, "keep");
      now.close();
      if (now.missing.length > 0 || now.stats.ino !== held.stats.ino || now.stats.dev !== held.stats.dev)
        throw new Stale(root.show(parts.join("/")));
    }
  }

  close(): void {
    for (const folder of this.#folders.values()) folder.close();
    this.#folders.clear();
  }

  #there(root: Root, parts: readonly string[]): Folder {
    return this.#once([root.path, ...parts].join("\0"), () => {
      const held = this.#containment.reach(root, parts, "keep");
      // a link that was slipped in leads elsewhere, though the path may be as long
      const isThere = held.missing.length === 0 && held.parts.join("/") === parts.join("/");
      if (isThere && held.stats.isDirectory()) return this.#keep(root, held);
      held.close();
      throw exchanged();
    });
  }

  #keep(root: Root, held: Held): Folder {
    this.#reached.push({ root, parts: held.parts, held });
    return Folder.of(held);
  }

  #once(key: string, open: () => Folder): Folder {
    const folder = this.#folders.get(key) ?? open();
    this.#folders.set(key, folder);
    return folder;
  }
}
