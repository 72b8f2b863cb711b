import { ToolError } from "../../../shared/errors.ts";
import { isBusy, isDamage, type Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { Counters } from "./counters.ts";
import type { Generations } from "./generations.ts";
import { tidySegments } from "./merge-segments.ts";
import { allFiles } from "./read-files.ts";
import { SegmentBuilder } from "./segment-builder.ts";
import type { PackedFile } from "./packed-file.ts";
import type { FileRow, IndexWriter, NewFile } from "./shapes.ts";
import { dropFile, writeFile, writeSkipped, type SkippedFile, type Writing } from "./write-file.ts";

/** Sources of imports that no file names any more. */
const UNUSED =
  "DELETE FROM sources WHERE NOT EXISTS (SELECT 1 FROM imports WHERE imports.source = sources.id)";

export const DAMAGED = "The index was damaged; it is built anew.";

/** A writer, and what it found. */
export interface OpenIndexWriter extends IndexWriter {
  /** It was begun anew or is not published yet: all files belong into it, those of `files` are in already. */
  readonly isFresh: boolean;
  /** Our sentences on why an older index is not used. */
  readonly problems: readonly string[];
  /**
   * Why nothing that is written now stays: the file broke. Close this writer and open another, which begins anew.
   * After that happened every method does nothing.
   */
  readonly lost: string | undefined;
  /** What is in this very index, also before it is published. */
  files(): FileRow[];
}

interface WriterParts {
  readonly db: Sqlite;
  readonly generation: number;
  readonly isFresh: boolean;
  readonly problems: readonly string[];
}

/** Writes one generation. */
export class StoreWriter implements OpenIndexWriter {
  readonly isFresh: boolean;
  readonly problems: readonly string[];
  readonly #generations: Generations;
  readonly #generation: number;
  readonly #db: Sqlite;
  #lost: string | undefined;

  constructor(generations: Generations, { db, generation, isFresh, problems }: WriterParts) {
    this.#generations = generations;
    this.#generation = generation;
    this.#db = db;
    this.isFresh = isFresh;
    this.problems = problems;
  }

  get lost(): string | undefined {
    return this.#lost;
  }

  put(files: readonly PackedFile[]): void {
    const byPath = new Map(files.map((file) => [file.path, file]));
    this.#change((writing) => {
      const ids = new Map([...byPath.keys()].map((path) => [path, dropFile(writing, path)]));
      for (const [path, file] of byPath) writeFile(writing, file, ids.get(path) ?? null);
    });
  }

  touch(files: readonly Pick<NewFile, "path" | "stamp">[]): void {
    this.#change(({ db }) => {
      for (const { path, stamp } of files) {
        const sql = "UPDATE files SET size = ?, mtime = ?, hash = ? WHERE path = ?";
        db.run(sql, stamp.size, stamp.mtimeNs, stamp.hash, path);
      }
    });
  }

  skip(files: readonly SkippedFile[]): void {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const step = (writing: Writing): void => {
      for (const [path, file] of byPath) writeSkipped(writing, file, dropFile(writing, path));
    };
    // what was never in has nothing to forget
    if (this.#knows([...byPath.keys()])) this.#forget(step);
    else this.#change(step);
  }

  remove(paths: readonly string[]): void {
    this.#forget((writing) => {
      for (const path of paths) dropFile(writing, path);
    });
  }

  setMeta(key: string, value: string): void {
    this.#try(() =>
      this.#db.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", `own:${key}`, value),
    );
  }

  files(): FileRow[] {
    return this.#try(() => allFiles(this.#db)) ?? [];
  }

  publish(): void {
    this.#try(() => {
      if (this.#generations.current() !== this.#generation) this.#generations.publish(this.#generation);
    });
  }

  close(): void {
    this.#db.close();
  }

  #knows(paths: readonly string[]): boolean {
    const sql = "SELECT 1 FROM files WHERE path = ?";
    return this.#try(() => paths.some((path) => this.#db.get(sql, path) !== undefined)) === true;
  }

  /** What goes may be secret by now: none of its bytes stay in the file or in SQLite's log. */
  #forget(step: (writing: Writing) => void): void {
    this.#try(() => this.#db.pragma("secure_delete = ON"));
    this.#change((writing) => {
      step(writing);
      writing.db.run(UNUSED);
    });
    this.#try(() => {
      this.#db.pragma("secure_delete = OFF");
      this.#db.pragma("wal_checkpoint(TRUNCATE)");
    });
  }

  #change(step: (writing: Writing) => void): void {
    this.#try(() =>
      this.#db.transaction(() => {
        const counters = new Counters(this.#db);
        const change = counters.take("change", 1);
        const words = new SegmentBuilder();
        step({ db: this.#db, counters, change, words });
        words.save(this.#db);
        tidySegments(this.#db);
        counters.save(this.#db);
      }),
    );
  }

  #try<T>(work: () => T): T | undefined {
    if (this.#lost !== undefined) return undefined;
    try {
      return work();
    } catch (error) {
      if (!isDamage(error)) throw asToolError(error);
      this.#lost = DAMAGED;
      this.#generations.markBroken(this.#generation);
      return undefined;
    }
  }
}

function asToolError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (isBusy(error)) return new ToolError("conflict", "another process writes the index", { cause: error });
  if (!("code" in error)) return error;
  return new ToolError("unavailable", "the index cannot be written", {
    hint: "Is there room on the disk of the cache folder?",
    details: error.message,
    cause: error,
  });
}
