import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";

const MOST = 100_000;

/** Ids of names while writing; each name is stored once. */
export class Names {
  readonly #db: Sqlite;
  readonly #ids = new Map<string, number>();

  constructor(db: Sqlite) {
    this.#db = db;
  }

  id(name: string): number {
    const known = this.#ids.get(name) ?? nameId(this.#db, name) ?? this.#add(name);
    if (this.#ids.size >= MOST) this.#ids.clear();
    this.#ids.set(name, known);
    return known;
  }

  /** Ids of a transaction that failed are no more. */
  forget(): void {
    this.#ids.clear();
  }

  #add(name: string): number {
    return this.#db.get<{ id: number }>("INSERT INTO names (name) VALUES (?) RETURNING id", name)?.id ?? 0;
  }
}

/** Id of a name as it is written; undefined when no file holds it. */
export function nameId(db: Sqlite, name: string): number | undefined {
  // the index sorts without case, so it finds the few that differ in case alone
  const sql = "SELECT id FROM names WHERE name = ? AND name = ? COLLATE BINARY";
  return db.get<{ id: number }>(sql, name, name)?.id;
}
