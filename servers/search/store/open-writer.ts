import { ToolError } from "../../../shared/errors.ts";
import { loadSqlite, type OpenDatabase } from "../../../shared/sqlite/open.ts";
import { isBusy, type Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { Generations } from "./generations.ts";
import { createTables, fitOf, nameOf } from "./schema.ts";
import type { Makeup } from "./shapes.ts";
import { DAMAGED, StoreWriter, type OpenIndexWriter } from "./writer.ts";

interface Found {
  readonly db: Sqlite;
  readonly generation: number;
}

/**
 * Opens the index in this folder for whoever has its lease, or begins another one where there is none, or one of another
 * makeup, or a damaged one. Throws `unavailable` without SQLite or when the folder cannot be written.
 */
export async function openWriter(folder: string, makeup: Makeup): Promise<OpenIndexWriter> {
  const openDatabase = await loadSqlite();
  try {
    const generations = new Generations(folder, nameOf(makeup));
    generations.makeFolder();
    return new Opening(generations, makeup, openDatabase).open();
  } catch (error) {
    if (error instanceof ToolError) throw error;
    throw new ToolError("unavailable", "the index cannot be written", {
      hint: "Look at the cache folder: is there room, and is it ours?",
      details: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}

type Look =
  | { readonly fit: "same" | "other" | "unknown"; readonly db: Sqlite }
  | { readonly fit: "broken"; readonly db?: undefined };

class Opening {
  readonly #generations: Generations;
  readonly #makeup: Makeup;
  readonly #openDatabase: OpenDatabase;

  constructor(generations: Generations, makeup: Makeup, openDatabase: OpenDatabase) {
    this.#generations = generations;
    this.#makeup = makeup;
    this.#openDatabase = openDatabase;
  }

  open(): OpenIndexWriter {
    const current = this.#generations.current();
    if (current === undefined) return this.#anew(0, { problems: [], isReadable: false });
    const look = this.#lookAt(current);
    if (look.fit === "same") {
      this.#generations.sweep(current);
      return this.#writer({ db: look.db, generation: current }, { isFresh: false, problems: [] });
    }
    look.db?.close();
    const problem = look.fit === "broken" ? DAMAGED : "The index is of another version; it is built anew.";
    return this.#anew(current, { problems: [problem], isReadable: look.fit === "other" });
  }

  #anew(
    current: number,
    { problems, isReadable }: { readonly problems: readonly string[]; readonly isReadable: boolean },
  ): OpenIndexWriter {
    const found = this.#resume(current) ?? this.#begin();
    // what cannot be read may as well be replaced now: some of the files are better than none
    if (isReadable) this.#generations.sweep(current, found.generation);
    else this.#generations.publish(found.generation);
    return this.#writer(found, { isFresh: true, problems });
  }

  #writer(
    found: Found,
    rest: { readonly isFresh: boolean; readonly problems: readonly string[] },
  ): StoreWriter {
    return new StoreWriter(this.#generations, { ...found, ...rest });
  }

  #lookAt(generation: number): Look {
    if (!this.#generations.isFile(generation) || this.#generations.isBroken(generation))
      return { fit: "broken" };
    let db: Sqlite | undefined;
    try {
      db = this.#openDatabase(this.#generations.path(generation), { mode: "write" });
      const fit = fitOf(db, this.#makeup);
      if (fit === "unknown" || db.pragma<string>("quick_check(1)") === "ok") return { fit, db };
    } catch (error) {
      if (error instanceof ToolError || isBusy(error)) throw error;
    }
    db?.close();
    return { fit: "broken" };
  }

  /** One that somebody began for the same makeup and died over. */
  #resume(current: number): Found | undefined {
    const generation = this.#generations.all().findLast((each) => each > current);
    if (generation === undefined) return undefined;
    const { fit, db } = this.#lookAt(generation);
    if (fit === "same") return { db, generation };
    db?.close();
    return undefined;
  }

  #begin(): Found {
    const generation = Math.max(0, this.#generations.current() ?? 0, ...this.#generations.all()) + 1;
    const db = this.#openDatabase(this.#generations.path(generation), { mode: "write" });
    createTables(db, this.#makeup);
    return { db, generation };
  }
}
