import { chmodSync, chownSync, lstatSync, mkdirSync, symlinkSync, type BigIntStats } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { isErrno, ToolError } from "../../errors.ts";
import { exchanged } from "../contain-errors.ts";
import type { Containment, Held } from "../contain.ts";
import type { OpenFile } from "../open-file.ts";
import type { SafePath } from "../safe-path.ts";
import { digestOf } from "../survey.ts";
import type { WalkEntry } from "../walk-request.ts";
import { Folder, look, pathOf, type Spot } from "./folder.ts";
import { stageFile } from "./stage-file.ts";
import { stampOf, type Stamp } from "./stamp.ts";
import { wordedWrite } from "./write-errors.ts";

const SETGID = 0o2000n;
const OWN = 0o700n;
const PIECE_BYTES = 1024 * 1024;
/** After so many entries others get their turn. */
const AT_ONCE = 100;

/** What is to be copied. */
export interface TreeSource {
  readonly path: SafePath;
  readonly kind: WalkEntry["kind"];
  /** What lies below it when it is a directory, each directory before what is in it. */
  readonly entries: readonly WalkEntry[];
  /** Opens a file of it for reading; that asks whether it may be read. */
  open(path: SafePath): Promise<OpenFile>;
  /** Bytes and entries that are done. */
  report(bytes: number, entries: number): void;
}

export interface StageTreeOptions {
  readonly containment: Containment;
  /** The directory that the copy will lie in. */
  readonly parent: BigIntStats;
  readonly signal: AbortSignal;
}

/**
 * Copies a file, a link (itself) or a directory with all that was found in it to a spot of the trash, modes kept.
 * Whoever calls clears it away when this throws. Nothing of it is forced onto the disk: its source is still there.
 */
export async function stageTree(spot: Spot, source: TreeSource, options: StageTreeOptions): Promise<Stamp> {
  const staging = new Staging(spot, source, options);
  try {
    await staging.run();
    return staging.stamp();
  } catch (error) {
    throw wordedWrite(source.path.shown, error);
  } finally {
    staging.close();
  }
}

/** A directory of the copy, open until all that is in it is made. */
interface Level {
  readonly path: string;
  readonly folder: Folder;
  readonly mode: number;
}

class Staging {
  readonly #spot: Spot;
  readonly #source: TreeSource;
  readonly #options: StageTreeOptions;
  readonly #levels: Level[] = [];
  /** As a walk would find the copy. */
  readonly #made: WalkEntry[] = [];
  #bytes = 0;

  constructor(spot: Spot, source: TreeSource, options: StageTreeOptions) {
    this.#spot = spot;
    this.#source = source;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { kind, entries } = this.#source;
    await this.#add({ path: "", kind });
    for (const [index, entry] of entries.entries()) {
      this.#options.signal.throwIfAborted();
      await this.#add(entry);
      this.#source.report(this.#bytes, index + 1);
      if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
    }
    while (this.#levels.length > 0) this.#leave();
  }

  stamp(): Stamp {
    const stats = look(this.#spot);
    if (stats === undefined) throw exchanged();
    return stampOf(stats, stats.isDirectory() ? digestOf(this.#made) : undefined);
  }

  close(): void {
    for (const { folder } of this.#levels.splice(0)) folder.close();
  }

  async #add({ path, kind }: WalkEntry): Promise<void> {
    const spot = path === "" ? this.#spot : this.#spotOf(path);
    switch (kind) {
      case "directory":
        this.#makeFolder(path, spot);
        break;
      case "link":
        symlinkSync(this.#linkAt(path), pathOf(spot));
        break;
      case "file":
        await this.#copyFile(path, spot);
        break;
      case "fifo":
      case "socket":
      case "device":
      case "unknown":
        throw notCopied(this.#pathOf(path).shown, `no file, directory or link`);
      default:
        return kind satisfies never;
    }
    if (path === "") return;
    const { size, mtimeMs } = lstatSync(pathOf(spot));
    this.#made.push({ path, kind, size, mtimeMs });
  }

  /** The spot in the directory above; those that are done are left. */
  #spotOf(path: string): Spot {
    const cut = path.lastIndexOf("/");
    const above = path.slice(0, Math.max(0, cut));
    while (this.#levels.at(-1)?.path !== above) this.#leave();
    const { folder } = this.#top();
    return { folder, name: path.slice(cut + 1) };
  }

  #top(): Level {
    const level = this.#levels.at(-1);
    if (level === undefined) throw new Error("an entry came before its directory");
    return level;
  }

  /** Only now the directory may become read-only. */
  #leave(): void {
    const { folder, mode } = this.#top();
    chmodSync(pathOf({ folder, name: "." }), mode);
    folder.close();
    this.#levels.pop();
  }

  #makeFolder(path: string, spot: Spot): void {
    // nobody looked into it, so a copy would lack what is in it
    if (`/${path}`.endsWith("/.git")) throw notCopied(this.#pathOf(path).shown, "a repository's own folder");
    const { mode } = this.#heldAt(path, ({ stats }) => stats);
    mkdirSync(pathOf(spot), { mode: 0o700 });
    const folder = Folder.below(spot.folder, spot.name);
    const shared = this.#options.parent.mode & SETGID;
    if (shared !== 0n) giveGroup({ folder, name: "." }, this.#options.parent);
    // a directory that its owner may not write cannot be put into its place
    const least = path === "" ? OWN : 0n;
    this.#levels.push({ path, folder, mode: Number((mode & 0o1777n) | shared | least) });
  }

  #linkAt(path: string): string {
    const target = this.#heldAt(path, (held) => held.target);
    if (target === undefined) throw exchanged();
    return target;
  }

  async #copyFile(path: string, spot: Spot): Promise<void> {
    const { parent, signal } = this.#options;
    const from = this.#pathOf(path);
    await using file = await this.#source.open(from);
    // a link that was slipped in leads to something else that may be read, which was not asked for
    if (file.place.relative !== from.parts.join("/")) throw exchanged();
    const { mode } = file.stat;
    await stageFile(spot, this.#pieces(file), { mode, parent, signal, fsync: false });
  }

  async *#pieces(file: OpenFile): AsyncGenerator<Buffer> {
    const { size } = file.stat;
    for (let at = 0; at < size;) {
      const piece = await file.read(at, Math.min(PIECE_BYTES, size - at));
      if (piece.length === 0) return;
      yield piece;
      at += piece.length;
      this.#bytes += piece.length;
      this.#source.report(this.#bytes, this.#made.length);
    }
  }

  #heldAt<T>(path: string, read: (held: Held) => T): T {
    const { root, parts } = this.#pathOf(path);
    const held = this.#options.containment.reach(root, parts, "keep");
    try {
      if (held.missing.length > 0 || held.parts.length !== parts.length) throw exchanged();
      return read(held);
    } finally {
      held.close();
    }
  }

  #pathOf(path: string): SafePath {
    const { root, parts } = this.#source.path;
    return path === "" ? this.#source.path : root.locate([...parts, path].join("/"));
  }
}

function giveGroup(spot: Spot, { gid }: BigIntStats): void {
  try {
    chownSync(pathOf(spot), -1, Number(gid));
  } catch (error) {
    if (!isErrno(error, "EPERM", "EINVAL", "ENOSYS", "ENOTSUP")) throw error;
  }
}

function notCopied(shown: string, what: string): ToolError {
  return new ToolError("invalid_input", `${shown} is ${what}, which is not copied`, {
    hint: "Copy what is beside it.",
  });
}
