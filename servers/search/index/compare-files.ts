import type { FileRow } from "../store/shapes.ts";
import type { Listed, Suspect } from "./messages.ts";

type Known = Pick<FileRow, "size" | "mtimeNs" | "hash" | "skipped">;

/** Compares a list of files, which comes in pieces, with those that an index knows. */
export class Comparison {
  readonly #known = new Map<string, Known>();
  readonly #rest = new Set<string>();

  constructor(files: Iterable<Known & Pick<FileRow, "path">>) {
    for (const { path, size, mtimeNs, hash, skipped } of files) {
      this.#known.set(path, { size, mtimeNs, hash, ...(skipped === undefined ? {} : { skipped }) });
      this.#rest.add(path);
    }
  }

  /** Those that may have changed since they were indexed: where git does not tell, the disk has to be looked at. */
  suspects(files: readonly Listed[]): Suspect[] {
    return files.flatMap((file) => {
      this.#rest.delete(file.path);
      const known = this.#known.get(file.path);
      if (known === undefined) return [{ path: file.path }];
      if (isSame(file, known)) return [];
      // what may be indexed now and was secret then, or the other way round, has to be read whatever its stamp says
      if (file.isSecret || known.skipped === "secret") return [{ path: file.path }];
      const { size, mtimeNs, hash } = known;
      return [{ path: file.path, known: { size, mtimeNs, hash } }];
    });
  }

  /** Files of the index that were in no piece of the list. */
  forgotten(): string[] {
    return [...this.#rest];
  }
}

function isSame({ id, isSecret }: Listed, { hash, skipped }: Known): boolean {
  if (isSecret || skipped === "secret") return isSecret && skipped === "secret";
  return skipped === undefined && id !== undefined && id === hash;
}
