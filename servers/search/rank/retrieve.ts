import type { Candidate, IndexReader, Within } from "../store/shapes.ts";
import { featuresOf } from "./features.ts";
import { fuse } from "./fuse.ts";
import { LexicalScorer } from "./lexical-score.ts";
import { order, type Ranked } from "./order.ts";
import type { Query, QueryClass, QueryWord } from "./read-query.ts";
import { rate } from "./reranker.ts";
import type { Scored } from "./scored.ts";

/** Units that each list brings, and the one of all roles when code has a list of its own. */
const LISTED = 100;
const LISTED_OF_ALL = 40;
/** Units that the last ranking looks at: nobody reads further. */
const RERANKED = 200;
/** Definitions of one name that are looked at. */
const NAMED = 20;

/** What is looked for. */
export interface Asked {
  readonly query: Query;
  readonly within?: Within | undefined;
  /** The query in the table's space, made with how many units hold each of its words; left out without a table. */
  readonly vectorOf?: ((frequencies: ReadonlyMap<string, number>) => Int8Array | undefined) | undefined;
  /** Cosines of units in a model's space; left out without a model. */
  readonly model?: ReadonlyMap<number, number> | undefined;
}

export interface Retrieved {
  /** Best first, at most 200. */
  readonly ranked: readonly Ranked[];
  /** Asked words that no unit holds. */
  readonly unknown: readonly string[];
  /** True when even the best ones hold little of what was asked. */
  readonly weak: boolean;
}

/** How much it counts that a unit defines what the query names: more than anything else when it does nothing but name it. */
const NAMED_BOOST: Readonly<Record<QueryClass, number>> = { symbol: 15, mixed: 5, language: 0 };
/** Less than this of what was asked, in every one of the first ten, is little. */
const WEAK = 0.34;

/** Finds and ranks units that answer a query. */
export function retrieve(reader: IndexReader, asked: Asked): Retrieved {
  const { scored, unknown } = gather(reader, asked);
  const boost = NAMED_BOOST[asked.query.class];
  const best = scored
    .map((one) => ({ one, score: one.fused * one.prior + one.named * boost }))
    .sort((one, other) => other.score - one.score)
    .slice(0, RERANKED)
    .map(({ one }) => one);
  const scores = featuresOf(best, asked.query).map((features) => rate(features));
  const ranked = order(
    best.map((one, index) => ({ scored: one, score: (scores[index] ?? 0) + one.named * boost })),
  );
  const weak = ranked
    .slice(0, 10)
    .every(({ scored: { lexical, named } }) => lexical.inUnit < WEAK && named === 0);
  return { ranked, unknown, weak };
}

/** All candidates of every list, scored by all measures. For the fitting program too. */
export function gather(
  reader: IndexReader,
  { query, within, vectorOf, model }: Asked,
): { readonly scored: readonly Scored[]; readonly unknown: readonly string[] } {
  const { words } = query;
  const counts = reader.frequencies(words.map(({ word }) => word));
  const held = words.filter((_, index) => (counts[index] ?? 0) > 0);
  const vector = vectorOf?.(new Map(words.map(({ word }, index) => [word, counts[index] ?? 0])));
  const found = new Set<number>(byWords(reader, { query, within }, held));
  for (const unit of byMeaning(reader, { query, within }, vector)) found.add(unit);
  for (const unit of bestOf(model)) found.add(unit);
  for (const unit of namedUnits(reader, query)) found.add(unit);
  const candidates = reader.candidates([...found]).filter((candidate) => isWithin(candidate, within));
  const scorer = new LexicalScorer(words, counts, reader.totals());
  return {
    scored: fuse(candidates, { query, scorer, vector, model }),
    unknown: words.filter(({ asked }, index) => asked && counts[index] === 0).map(({ word }) => word),
  };
}

type Narrowed = Pick<Asked, "query" | "within">;

function byWords(reader: IndexReader, asked: Narrowed, words: readonly QueryWord[]): readonly number[] {
  return listed(asked, (limit, within) => reader.lexical(words, limit, within));
}

function byMeaning(reader: IndexReader, asked: Narrowed, vector: Int8Array | undefined): readonly number[] {
  if (vector === undefined || asked.query.class === "symbol") return [];
  return listed(asked, (limit, within) =>
    (reader.dense(vector, limit, within) ?? []).map(({ unit }) => unit),
  );
}

/** Where many tests are about the same the code would not be on one list with them. */
function listed(
  { query, within }: Narrowed,
  list: (limit: number, within: Within | undefined) => readonly number[],
): readonly number[] {
  if (query.roles.length > 0 || within?.roles !== undefined) return list(LISTED, within);
  return [...list(LISTED, { ...within, roles: ["code"] }), ...list(LISTED_OF_ALL, within)];
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
