import { watch, type FSWatcher } from "node:fs";
import { join } from "node:path";
import { isErrno } from "../errors.ts";

/** Each costs the system a watch, of which a person has some thousands for all programs together. */
const MOST_FOLDERS = 2_000;
/** Changes come in crowds: of one save there are three. */
const SETTLE_MS = 200;

/** Who is told of changes. */
export interface Told {
  /** At once: what is called so below the root may be new, changed or gone. */
  readonly noted: (path: string) => void;
  /** A moment after changes. */
  readonly changed: () => void;
}

/**
 * Tells that something changed in one of some folders: a hint to look, which may not come. Folders of the system are
 * watched by their paths, which may lead elsewhere by now.
 */
export class FolderWatch {
  readonly #root: string;
  readonly #told: Told;
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;
  /** The system has no more to give, or the file system cannot. */
  #isFull = false;

  constructor(root: string, told: Told) {
    this.#root = root;
    this.#told = told;
  }

  /** From now on these, below the root; the first 2,000 of them. */
  set(folders: ReadonlySet<string>): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#isFull || this.#watchers.size >= MOST_FOLDERS) return;
      if (!this.#watchers.has(folder)) this.#add(folder);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    this.#isFull = true;
  }

  #add(folder: string): void {
    try {
      const watcher = watch(join(this.#root, folder), { persistent: false }, (_, name) => {
        if (name !== null) this.#told.noted(folder === "" ? name : `${folder}/${name}`);
        this.#hint();
      });
      // a folder that goes away takes its watcher along
      watcher.on("error", () => this.#drop(folder));
      this.#watchers.set(folder, watcher);
    } catch (error) {
      // whoever asks looks for himself now and then
      this.#isFull ||= isErrno(error, "ENOSPC", "EMFILE", "ENFILE", "ENOSYS");
    }
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
    this.#hint();
  }

  #hint(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#told.changed();
    }, SETTLE_MS).unref();
  }
}
