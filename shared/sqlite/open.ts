import { ToolError } from "../errors.ts";
import { Sqlite } from "./sqlite.ts";

type Library = typeof import("better-sqlite3");

/**
 * Version 13 asks for Node-API 10, which Node 20 never had, and brings its compiled part along. Version 12 aborts Node 24.19
 * and later as soon as a statement is collected while no JavaScript runs.
 */
const LIBRARY =
  Number(process.versions["napi"]) >= 10
    ? { name: "better-sqlite3", install: "better-sqlite3@13", load: () => import("better-sqlite3") }
    : {
        name: "better-sqlite3-12",
        install: "better-sqlite3-12@npm:better-sqlite3@12",
        load: () => import("better-sqlite3-12"),
      };

/** Whoever waits for another process's change waits this long, in milliseconds. */
const BUSY_MS = 5_000;
const MMAP_BYTES = 256 * 1024 * 1024;
const CACHE_KIB = 16 * 1024;
/** What the write-ahead log may keep of the disk once it was emptied. */
const LOG_BYTES = 16 * 1024 * 1024;

export interface OpenOptions {
  /** `read` never changes anything and wants a database that is there; `write` makes it. */
  readonly mode: "read" | "write";
}

/**
 * Opens databases with a write-ahead log: many processes read while one writes. Throws SQLite's own errors (`isDamage`
 * knows some) for what is no database, and `unavailable` where the library was made for another Node.
 */
export type OpenDatabase = (path: string, options: OpenOptions) => Sqlite;

/** Loads the library. Throws `unavailable` where it is missing. */
export async function loadSqlite(): Promise<OpenDatabase> {
  const Database = await load();
  return (path, { mode }) => openWith(Database, path, mode);
}

function openWith(Database: Library, path: string, mode: OpenOptions["mode"]): Sqlite {
  // a reader may have to mend what a killed writer left, so the file itself is not opened for reading only
  const db = open(Database, path, mode);
  try {
    db.pragma(`busy_timeout = ${BUSY_MS}`);
    if (mode === "write") {
      db.pragma("journal_mode = WAL");
      db.pragma(`journal_size_limit = ${LOG_BYTES}`);
    }
    db.pragma("synchronous = NORMAL");
    db.pragma("foreign_keys = OFF");
    // what views and triggers of a planted database call is not ours
    db.pragma("trusted_schema = OFF");
    db.pragma("temp_store = MEMORY");
    db.pragma(`cache_size = -${CACHE_KIB}`);
    // a writer goes through all of a large database: mapped, it would count as the process's memory
    db.pragma(`mmap_size = ${mode === "read" ? MMAP_BYTES : 0}`);
    if (mode === "read") db.pragma("query_only = ON");
    return new Sqlite(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

function open(Database: Library, path: string, mode: OpenOptions["mode"]): import("better-sqlite3").Database {
  try {
    return new Database(path, { fileMustExist: mode === "read" });
  } catch (error) {
    if (error instanceof Error && /NODE_MODULE_VERSION|bindings file|\.node\b/u.test(error.message))
      throw missing(error, `npm rebuild ${LIBRARY.name}`);
    throw error;
  }
}

async function load(): Promise<Library> {
  try {
    return (await LIBRARY.load()).default;
  } catch (error) {
    throw missing(error, `npm install ${LIBRARY.install}`);
  }
}

/** The native part is loaded with the first database, not with the library. */
function missing(cause: unknown, command: string): ToolError {
  return new ToolError(
    "unavailable",
    "SQLite cannot be loaded: better-sqlite3 is missing or made for another Node",
    {
      hint: `Run "${command}" where Plumbline is installed (it needs a C++ compiler when there is no ready-made binary).`,
      details: cause instanceof Error ? cause.message : String(cause),
      cause,
    },
  );
}
