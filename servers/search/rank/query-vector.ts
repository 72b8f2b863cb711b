import { rarity } from "../../../shared/model/rarity.ts";
import type { StaticTable } from "../../../shared/model/static-table.ts";
import type { Query } from "./read-query.ts";
import type { Asked } from "./retrieve.ts";

/** Makes the vector of a query's own words, the rare ones of what is looked in counting most; undefined without a table. */
export function queryVector({ words }: Query, table: StaticTable | undefined): Asked["vectorOf"] {
  if (table === undefined) return undefined;
  const own = words.filter(({ asked }) => asked).map(({ word }) => word);
  return ({ frequencies, totals }) => {
    const counts = new Map(words.map(({ word }, index) => [word, frequencies[index] ?? 0]));
    return table.queryVector(own, (word) => rarity(counts.get(word) ?? 0, totals.units));
  };
}
