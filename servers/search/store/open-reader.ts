import { loadSqlite } from "../../../shared/sqlite/open.ts";
import { Generations } from "./generations.ts";
import { nameOf } from "./schema.ts";
import { StoreReader, type OpenIndexReader } from "./reader.ts";
import type { Makeup } from "./shapes.ts";

/**
 * Opens the index in this folder, which need not be there yet: until `refresh` finds one every answer is empty and
 * `standing` says so. Throws `unavailable` without SQLite.
 */
export async function openReader(folder: string, makeup: Makeup): Promise<OpenIndexReader> {
  const reader = new StoreReader(new Generations(folder, nameOf(makeup)), {
    makeup,
    openDatabase: await loadSqlite(),
  });
  reader.refresh();
  return reader;
}
