import { queryVector } from "../rank/query-vector.ts";
import type { Query } from "../rank/read-query.ts";
import { retrieve, type Place, type Retrieved } from "../rank/retrieve.ts";
import type { Viewed } from "./views-of.ts";

/**
 * What ranks the units of some roots for a query, all against one another, with everything that knows meanings there: the
 * table, and a model of the person's, which is asked once a root. Ranks anew with each call.
 */
export async function retriever(
  views: readonly Viewed[],
  query: Query,
  signal: AbortSignal,
): Promise<() => Retrieved> {
  const places = await Promise.all(
    views.map(async ({ view, within }): Promise<Place> => {
      const model = query.class === "symbol" ? undefined : await view.near(query.text, signal);
      return { reader: view.reader, within, model };
    }),
  );
  const table = views.map(({ view }) => view.table).find((one) => one !== undefined);
  return () => retrieve(places, { query, vectorOf: queryVector(query, table) });
}
