import { openStaticTable } from "../../../../shared/model/open-static-table.ts";
import type { StaticTable } from "../../../../shared/model/static-table.ts";

/** Opens a static table; without a file there is none. Throws when it cannot be used. */
export async function openTable(file: string | undefined): Promise<StaticTable | undefined> {
  if (file === undefined) return undefined;
  const opened = await openStaticTable(file);
  if (opened.kind === "table") return opened.table;
  throw new Error(opened.problem);
}
