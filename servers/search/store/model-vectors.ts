import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { loadSqlite, type OpenDatabase } from "../../../shared/sqlite/open.ts";
import { isDamage, type Sqlite } from "../../../shared/sqlite/sqlite.ts";

const TABLES = `
CREATE TABLE IF NOT EXISTS chunks (model TEXT NOT NULL, chunk BLOB NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, chunk)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places (
  hash TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, chunk BLOB NOT NULL, PRIMARY KEY (hash, start, end)
) WITHOUT ROWID;
CREATE TEMP TABLE kept (hash TEXT PRIMARY KEY) WITHOUT ROWID;
`;

/** Lines of a file with this hash. */
export interface Lines {
  readonly hash: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** A vector of a model, and the lines it is of. */
export interface PlacedVector extends Lines {
  readonly vector: Int8Array;
}

/** What was embedded: lines, and the hash of their text. `vector` is left out when it was there already. */
export interface NewVector extends Lines {
  readonly chunk: Uint8Array;
  readonly vector?: Int8Array;
}

/**
 * Vectors that models made, by model and by hash of the text: they outlive every rebuild of the index, and moves of the
 * text. One file beside the index; several processes may write it.
 */
export class ModelVectors {
  readonly #db: Sqlite;

  private constructor(db: Sqlite) {
    this.#db = db;
  }

  /** One that is broken is begun anew: everything in it can be computed again. */
  static async open(folder: string): Promise<ModelVectors> {
    const openDatabase = await loadSqlite();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, "vectors.db");
    // a link leads to a database that is not ours
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) rmSync(path, { recursive: true });
    try {
      return new ModelVectors(openWith(openDatabase, path));
    } catch (error) {
      if (!isDamage(error)) throw error;
      for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
      return new ModelVectors(openWith(openDatabase, path));
    }
  }

  /** Which of these texts the model has a vector of, in hex. */
  known(model: string, chunks: readonly Uint8Array[]): ReadonlySet<string> {
    const found = chunks.filter(
      (chunk) =>
        this.#db.get("SELECT 1 FROM chunks WHERE model = ? AND chunk = ?", model, chunk) !== undefined,
    );
    return new Set(found.map((chunk) => Buffer.from(chunk).toString("hex")));
  }

  put(model: string, vectors: readonly NewVector[]): void {
    this.#db.transaction(() => {
      for (const { hash, startLine, endLine, chunk, vector } of vectors) {
        this.#db.run("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?)", hash, startLine, endLine, chunk);
        if (vector === undefined) continue;
        const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.length);
        this.#db.run("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?)", model, chunk, bytes);
      }
    });
  }

  /** Every vector of a model. */
  *all(model: string): Generator<PlacedVector> {
    const sql = `SELECT p.hash, p.start, p.end, c.vector FROM places p JOIN chunks c ON c.chunk = p.chunk AND c.model = ?`;
    type Row = { hash: string; start: number; end: number; vector: Uint8Array };
    for (const { hash, start, end, vector } of this.#db.iterate<Row>(sql, model))
      yield {
        hash,
        startLine: start,
        endLine: end,
        vector: new Int8Array(vector.buffer, vector.byteOffset, vector.length),
      };
  }

  /** Forgets lines of files with other hashes than these, and vectors that are then of nothing. */
  keep(hashes: Iterable<string>): void {
    this.#db.transaction(() => {
      this.#db.run("DELETE FROM kept");
      for (const hash of hashes) this.#db.run("INSERT OR IGNORE INTO kept VALUES (?)", hash);
      this.#db.run("DELETE FROM places WHERE hash NOT IN (SELECT hash FROM kept)");
      this.#db.run("DELETE FROM chunks WHERE chunk NOT IN (SELECT chunk FROM places)");
    });
  }

  close(): void {
    this.#db.close();
  }
}

function openWith(openDatabase: OpenDatabase, path: string): Sqlite {
  const db = openDatabase(path, { mode: "write" });
  try {
    db.exec(TABLES);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
