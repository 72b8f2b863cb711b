import type { OpenedTable } from "../../../shared/model/open-static-table.ts";
import type { Makeup } from "../store/shapes.ts";

/** Raised with every change of what is parsed, cut, counted or embedded, and how: older indexes are built anew then. */
const VERSION = 4;

/** What an index is made with. Without a table it has no vectors. */
export function makeupOf(opened: OpenedTable | undefined): Makeup {
  return { version: VERSION, table: opened?.kind === "table" ? opened.table.id : "" };
}
