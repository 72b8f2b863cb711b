import type { Batch, FileToSkip, FileToWrite } from "./messages.ts";
import type { WorkerDied } from "./worker-handle.ts";

/** Somebody who ends processes at random meets the same file that often only when it always takes long, or too much memory. */
const OWN_DEATH = 10;

type Deadly = Pick<FileToWrite, "path" | "stamp">;

/** Which files the worker died over, by their text: another text of the same file is another file. */
export class Deaths {
  readonly #harm = new Map<string, { readonly hash: string; readonly sum: number }>();

  /** Ten deaths that came from outside, as by a system that is short of memory, count as one of the worker's own. */
  count({ path, stamp }: Deadly, { isForeign }: Pick<WorkerDied, "isForeign">): void {
    const sum = this.#sumOf({ path, stamp }) + (isForeign ? 1 : OWN_DEATH);
    this.#harm.set(path, { hash: stamp.hash, sum });
  }

  /** A batch in which no parser looks at what killed a worker, and nobody at what killed it even so. */
  heeded({ files, skips, gone, touched, meta }: Batch): Batch {
    const left = files.filter((file) => this.#sumOf(file) >= 2 * OWN_DEATH);
    // named one by one: whoever has a batch may keep more with it than a message can carry
    return {
      gone,
      touched,
      meta,
      files: files
        .filter((file) => !left.includes(file))
        .map((file) => (this.#sumOf(file) < OWN_DEATH ? file : { ...file, plain: true })),
      skips: [...skips, ...left.map(({ path, stamp }): FileToSkip => ({ path, stamp, why: "unreadable" }))],
    };
  }

  #sumOf({ path, stamp }: Deadly): number {
    const harm = this.#harm.get(path);
    return harm?.hash === stamp.hash ? harm.sum : 0;
  }
}
