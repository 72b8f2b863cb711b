import * as z from "zod";
import type { CallContext } from "../../../shared/context.ts";
import { decodeCursor, encodeCursor } from "../../../shared/cursor.ts";
import type { Workspace } from "../../../shared/workspace/workspace.ts";
import type { CodeIndexes } from "../index/shapes.ts";
import { readQuery, type Query } from "../rank/read-query.ts";
import type { FileRole } from "../store/shapes.ts";
import type { CodeAnswer } from "./code-answer.ts";
import { exactPattern } from "./exact-pattern.ts";
import { retriever } from "./retriever.ts";
import { showResults, type RankedIn } from "./show-results.ts";
import { stateWords } from "./state-line.ts";
import { viewsOf, type Viewed } from "./views-of.ts";

/** Characters that the first line may take. */
const HEADER_ROOM = 400;
/** Results behind the page whose files are looked at too: some may go. */
const SPARE = 5;

/** How many results come before the page. */
const Cursor = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);

export interface CodeQuestion {
  readonly query: string;
  readonly paths?: readonly string[] | undefined;
  readonly languages?: readonly string[] | undefined;
  readonly kinds?: readonly FileRole[] | undefined;
  readonly limit: number;
  readonly budget: number;
  readonly cursor?: string | undefined;
}

type Asking = Pick<CallContext, "access" | "report" | "signal"> & {
  readonly indexes: CodeIndexes;
  readonly workspace: Workspace;
};

/** Finds code that answers a question, in all roots or below `paths`, and shows it as it is on the disk now. */
export async function answerCode(question: CodeQuestion, context: Asking): Promise<CodeAnswer> {
  const [from, before] = question.cursor === undefined ? [0, 0] : decodeCursor(Cursor, question.cursor);
  const query = queryOf(question);
  const views = await viewsOf(question, context);
  const { ranked, weak } = await findIn(views, query, {
    looked: from + question.limit + SPARE,
    signal: context.signal,
  });
  const shown = await showResults(
    ranked.slice(from),
    { limit: question.limit, room: question.budget - HEADER_ROOM },
    context,
  );
  const next = from + shown.taken;
  const states = views.map(({ view }) => view.state());
  return {
    results: shown.results,
    before,
    ...(next < ranked.length ? { cursor: encodeCursor([next, before + shown.results.length]) } : {}),
    withheld: shown.withheld,
    gone: shown.gone,
    state: [...new Set(states.flatMap(stateWords))],
    building: states.some(({ state }) => state === "building"),
    weak,
    pattern: exactPattern(query),
  };
}

function queryOf({ query, kinds = [] }: CodeQuestion): Query {
  const read = readQuery(query);
  return { ...read, roles: [...new Set([...read.roles, ...kinds])] };
}

interface Found {
  readonly ranked: readonly RankedIn[];
  readonly weak: boolean;
}

/** Ranks; looks whether the files of the best ones have changed since; if so, ranks again. */
async function findIn(
  views: readonly Viewed[],
  query: Query,
  { looked, signal }: { readonly looked: number; readonly signal: AbortSignal },
): Promise<Found> {
  const words = query.words.filter(({ asked }) => asked).map(({ word }) => word);
  await Promise.all(views.map(({ view }) => view.hasten(words)));
  for (const { view } of views) view.reader.refresh();
  const isBuilding = (): boolean => views.some(({ view }) => view.state().state === "building");
  const wasBuilding = isBuilding();
  const find = await retriever(views, query, signal);
  let found = find();
  // one that turned out to be damaged is built anew: not without the first of it
  if (!wasBuilding && isBuilding()) {
    await Promise.all(views.map(({ view }) => view.hasten(words)));
    found = find();
  }
  const best = found.ranked.slice(0, looked);
  const changed = await Promise.all(
    views.map(async ({ view }, index) => {
      const own = best.filter(({ scored }) => scored.place === index);
      return await view.freshen([...new Set(own.map(({ scored }) => scored.candidate.path))]);
    }),
  );
  views.forEach(({ view }, index) => changed[index] === true && view.reader.refresh());
  const { ranked, weak } = changed.includes(true) ? find() : found;
  return {
    ranked: ranked.flatMap((one): RankedIn[] => {
      const root = views[one.scored.place]?.view.root;
      return root === undefined ? [] : [{ ...one, root }];
    }),
    weak,
  };
}
