import { rarity } from "../../../shared/model/rarity.ts";
import type { StaticTable } from "../../../shared/model/static-table.ts";
import type { IndexReader } from "../store/shapes.ts";
import type { Query } from "./read-query.ts";
import type { Asked } from "./retrieve.ts";

/** Makes the vector of a query's own words, the rare ones of this index counting most; undefined without a table. */
export function queryVector(
  query: Query,
  table: StaticTable | undefined,
  reader: IndexReader,
): Asked["vectorOf"] {
  if (table === undefined) return undefined;
  const words = query.words.filter(({ asked }) => asked).map(({ word }) => word);
  const { units } = reader.totals();
  return (frequencies) => table.queryVector(words, (word) => rarity(frequencies.get(word) ?? 0, units));
}
