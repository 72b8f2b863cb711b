import type Database from "better-sqlite3";

/** What SQLite stores. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** An open database that prepares each statement once. Rows are typed by whoever wrote the statement. */
export class Sqlite {
  readonly #db: Database.Database;
  readonly #prepared = new Map<string, Database.Statement<SqlValue[]>>();

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /** Several statements without values. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  run(sql: string, ...values: SqlValue[]): void {
    this.#statement(sql).run(...values);
  }

  /* oxlint-disable typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-parameters -- a statement and the type of its rows stand side by side */
  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  /** The first column only. */
  column<Value>(sql: string, ...values: SqlValue[]): Value[] {
    const statement = this.#statement(sql);
    try {
      return statement.pluck(true).all(...values) as Value[];
    } finally {
      statement.pluck(false);
    }
  }

  /** Nothing else may use the database before the last row was taken. */
  iterate<Row>(sql: string, ...values: SqlValue[]): IterableIterator<Row> {
    return this.#statement(sql).iterate(...values) as IterableIterator<Row>;
  }

  pragma<Value>(name: string): Value {
    return this.#db.pragma(name, { simple: true }) as Value;
  }
  /* oxlint-enable typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-parameters */

  /** All of it or nothing; waits for another process that writes. */
  transaction<T>(work: () => T): T {
    return this.#db.transaction(work).immediate();
  }

  close(): void {
    this.#db.close();
  }

  #statement(sql: string): Database.Statement<SqlValue[]> {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare<SqlValue[]>(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }
}

const OTHER_TABLES = /no such (?:table|column)|has no column|has \d+ columns|cannot modify|unsafe use of/u;

/** True for an error which says that the file is no database, one that is not whole, or one with other tables than its version says. */
export function isDamage(error: unknown): boolean {
  if (hasCode(error, /^SQLITE_(?:CORRUPT|NOTADB|FORMAT|MISMATCH|IOERR_SHORT_READ)/u)) return true;
  return hasCode(error, /^SQLITE_ERROR/u) && OTHER_TABLES.test(String(error));
}

/** True for an error which says that another process kept the database for too long. */
export function isBusy(error: unknown): boolean {
  return hasCode(error, /^SQLITE_(?:BUSY|LOCKED)/u);
}

function hasCode(error: unknown, pattern: RegExp): boolean {
  return error instanceof Error && "code" in error && pattern.test(String(error.code));
}
