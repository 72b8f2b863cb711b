import { type FileStamp, isSameStamp, stampFile } from "../../shared/config/file-stamp.ts";

const INTERVAL_MS = 1_000;
/** Paths that one watcher looks at: a few milliseconds a second. */
const MOST_PATHS = 1_000;

interface Watched {
  readonly stamps: Map<string, FileStamp>;
  readonly changed: () => void;
}

/**
 * Tells that something changed, within about a second. Only a hint: whoever reads looks for himself. Does nothing
 * while nobody watches, and keeps no process alive.
 */
export class ChainWatch {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * Calls `changed` once for each look that finds one of the paths changed, come or gone, until the returned function
   * is called. Paths are absolute and without links; those beyond 1,000 are not looked at.
   */
  watch(paths: Iterable<string>, changed: () => void): () => void {
    const stamps = new Map([...new Set(paths)].slice(0, MOST_PATHS).map((path) => [path, stamp(path)]));
    const watched = { stamps, changed };
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => this.#look(), INTERVAL_MS).unref();
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size === 0) this.#rest();
    };
  }

  close(): void {
    this.#watched.clear();
    this.#rest();
  }

  #look(): void {
    for (const watched of this.#watched) if (hasChanged(watched)) watched.changed();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function hasChanged({ stamps }: Watched): boolean {
  let isChanged = false;
  for (const [path, before] of stamps) {
    const now = stamp(path);
    if (isSameStamp(before, now)) continue;
    stamps.set(path, now);
    isChanged = true;
  }
  return isChanged;
}

function stamp(path: string): FileStamp {
  return stampFile(path, "keep");
}
