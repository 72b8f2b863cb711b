import type { Candidate, IndexReader, WantedList, Within } from "../store/shapes.ts";
import type { Query, QueryWord } from "./read-query.ts";
import type { Place } from "./retrieve.ts";

/** Units that each list brings, and the one of all roles when code has a list of its own. */
const LISTED = 100;
const LISTED_OF_ALL = 40;
/** Definitions of one name that are looked at. */
const NAMED = 20;

interface Narrowed {
  readonly query: Query;
  readonly within: Within | undefined;
}

/** What any list of one index brings: by its words, by its meaning, by a model, by a name. `words`: those that are somewhere. */
export function findCandidates(
  { reader, within, model }: Place,
  query: Query,
  { words, vector }: { readonly words: readonly QueryWord[]; readonly vector: Int8Array | undefined },
): Candidate[] {
  const found = new Set<number>(byWords(reader, { query, within }, words));
  for (const unit of byMeaning(reader, { query, within }, vector)) found.add(unit);
  for (const unit of bestOf(model)) found.add(unit);
  for (const unit of namedUnits(reader, query)) found.add(unit);
  return reader.candidates([...found]).filter((candidate) => isWithin(candidate, within));
}

function byWords(reader: IndexReader, asked: Narrowed, words: readonly QueryWord[]): readonly number[] {
  return reader.lexical(words, wantedOf(asked)).flat();
}

function byMeaning(reader: IndexReader, asked: Narrowed, vector: Int8Array | undefined): readonly number[] {
  if (vector === undefined || asked.query.class === "symbol") return [];
  return (reader.dense(vector, wantedOf(asked)) ?? []).flat().map(({ unit }) => unit);
}

/** Where many tests are about the same the code would not be on one list with them. */
function wantedOf({ query, within }: Narrowed): WantedList[] {
  if (query.roles.length > 0 || within?.roles !== undefined) return [{ limit: LISTED, within }];
  return [
    { limit: LISTED, within: { ...within, roles: ["code"] } },
    { limit: LISTED_OF_ALL, within },
  ];
}

function bestOf(model: ReadonlyMap<number, number> | undefined): number[] {
  if (model === undefined) return [];
  return [...model]
    .sort((one, other) => other[1] - one[1])
    .slice(0, LISTED)
    .map(([unit]) => unit);
}

function namedUnits(reader: IndexReader, { identifiers }: Query): number[] {
  const ids = identifiers.flatMap(({ name, scope }) => {
    const rows = reader.definitionsNamed(name, { limit: NAMED, ...(scope === "" ? {} : { scope }) });
    // what is said to lie in something may be inherited, or the scope a variable's name
    const all = rows.length > 0 || scope === "" ? rows : reader.definitionsNamed(name, { limit: NAMED });
    return all.map(({ id }) => id);
  });
  return ids.length === 0 ? [] : reader.unitsOf([...new Set(ids)]);
}

/** Lists of a model and of names are not narrowed by the reader. */
function isWithin({ path, language, role }: Candidate, within: Within | undefined): boolean {
  if (within === undefined) return true;
  const { under, languages, roles } = within;
  return (
    (under === undefined || under.some((one) => (one.endsWith("/") ? path.startsWith(one) : path === one))) &&
    (languages === undefined || languages.includes(language)) &&
    (roles === undefined || roles.includes(role))
  );
}
