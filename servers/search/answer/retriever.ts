import type { IndexView } from "../index/shapes.ts";
import { queryVector } from "../rank/query-vector.ts";
import type { Query } from "../rank/read-query.ts";
import { retrieve, type Retrieved } from "../rank/retrieve.ts";
import type { Within } from "../store/shapes.ts";

/**
 * What ranks the units of one root for a query, with everything that knows meanings there: the table, and a model of
 * the person's, which is asked once. Ranks anew with each call.
 */
export async function retriever(
  { reader, table, near }: Pick<IndexView, "reader" | "table" | "near">,
  query: Query,
  { within, signal }: { readonly within?: Within | undefined; readonly signal: AbortSignal },
): Promise<() => Retrieved> {
  const model = query.class === "symbol" ? undefined : await near(query.text, signal);
  return () => retrieve(reader, { query, within, model, vectorOf: queryVector(query, table, reader) });
}
