import { retriever } from "../../answer/retriever.ts";
import { viewsOf } from "../../answer/views-of.ts";
import { worthOfLeaves } from "../../answer/worth.ts";
import type { SearchContext } from "../../deps.ts";
import type { IndexView } from "../../index/shapes.ts";
import type { Ranked } from "../../rank/order.ts";
import { readQuery } from "../../rank/read-query.ts";
import type { Retrieved } from "../../rank/retrieve.ts";
import type { DefinitionRow } from "../../store/shapes.ts";
import { readableIn, SourceLines, standingOf, upToDate, WAIT_FOR_GRAPH, type Standing } from "../asking.ts";
import type { Lookups } from "../lookups.ts";
import { Turns } from "../turns.ts";
import { walkUp } from "../walk.ts";
import { isCall } from "../walk-answer.ts";
import { pathsAmong, type CallPath } from "./paths-among.ts";
import { shownPath } from "../../shown-path.ts";

/** Definitions that answer, and how many of them are followed. */
const MOST_FOUND = 12;
const MOST_FOLLOWED = 6;
/** How far up tests are looked for. */
const UP = 3;
const MOST_UP = 60;

/** One definition that answers, with what hangs on it. */
export interface Explored {
  readonly definition: DefinitionRow;
  readonly shown: string;
  /** The file as it is now; left out when it cannot be read. */
  readonly lines?: readonly string[];
  /** Left out for those that were not followed. */
  readonly reach?: Reach;
}

export interface Reach {
  readonly callers: number;
  readonly files: number;
  readonly unsure: boolean;
  /** As answers show places, nearest first. */
  readonly tests: readonly string[];
  readonly moreTests: number;
}

export interface ExploreAnswer extends Standing {
  readonly question: string;
  readonly budget: number;
  readonly found: readonly Explored[];
  readonly paths: readonly { readonly path: CallPath; readonly show: (path: string) => string }[];
  readonly weak: boolean;
}

interface InView {
  readonly view: IndexView;
  readonly found: readonly {
    readonly definition: DefinitionRow;
    readonly score: number;
    readonly reach?: Reach;
  }[];
  readonly paths: readonly CallPath[];
  readonly weak: boolean;
}

/** What answers a question, how it hangs together, its code, and what depends on it. */
export async function exploreAnswer(
  question: string,
  budget: number,
  context: SearchContext,
): Promise<ExploreAnswer> {
  const query = readQuery(question);
  const viewed = await viewsOf({ waitMs: WAIT_FOR_GRAPH }, context);
  const views = viewed.map(({ view }) => view);
  const words = query.words.filter(({ asked }) => asked).map(({ word }) => word);
  await Promise.all(views.map((view) => view.hasten(words)));
  for (const view of views) view.reader.refresh();
  const find = await retriever(viewed, query, context.signal);
  const explored: InView[] = [];
  for (const [place, view] of views.entries()) {
    const asked = { view, place, find, mayRead: readableIn(view, context), turns: new Turns(context.signal) };
    explored.push(
      await upToDate(
        view,
        async (lookups) => await exploreIn(asked, lookups),
        ({ found }) => found.map(({ definition }) => definition.path),
      ),
    );
  }
  const lines = new SourceLines(context);
  const best = explored
    .flatMap(({ view, found }) => found.map((each) => ({ ...each, view })))
    .toSorted((one, other) => other.score - one.score)
    .slice(0, MOST_FOUND);
  const found: Explored[] = [];
  for (const { view, definition, reach } of best) {
    const text = await lines.of(view, definition.path);
    found.push({
      definition,
      shown: shownPath(view.root, definition.path),
      ...(text === undefined ? {} : { lines: text }),
      ...(reach === undefined ? {} : { reach }),
    });
  }
  return {
    ...standingOf(views),
    question,
    budget,
    found,
    paths: explored.flatMap(({ view, paths }) =>
      paths.map((path) => ({ path, show: (file: string) => shownPath(view.root, file) })),
    ),
    weak: explored.every(({ weak }) => weak),
  };
}

interface Asked {
  readonly view: IndexView;
  /** Which of the roots it is. */
  readonly place: number;
  readonly find: () => Retrieved;
  readonly mayRead: (path: string) => boolean;
  readonly turns: Turns;
}

async function exploreIn({ view, place, find, mayRead, turns }: Asked, lookups: Lookups): Promise<InView> {
  const { ranked: all, weak } = find();
  const ranked = all.filter(({ scored }) => scored.place === place);
  const best = definitionsOf(ranked, lookups).filter(({ definition }) => mayRead(definition.path));
  const followed = best.slice(0, MOST_FOLLOWED).map(({ definition }) => definition);
  const ways = await pathsAmong(followed, turns, lookups);
  const paths = ways.filter(({ steps }) =>
    steps.every(({ definition, mention }) => mayRead(definition.path) && mayRead(mention.path)),
  );
  const found: InView["found"][number][] = [];
  for (const [index, each] of best.entries()) {
    const isFollowed = index < MOST_FOLLOWED && !turns.isOver;
    const reach = isFollowed ? await reachOf(each.definition, { view, mayRead, turns }, lookups) : undefined;
    found.push(reach === undefined ? each : { ...each, reach });
  }
  return { view, found, paths, weak };
}

/** The definition of each ranked unit that answers best, each once. */
function definitionsOf(
  ranked: readonly Ranked[],
  lookups: Lookups,
): { readonly definition: DefinitionRow; readonly score: number }[] {
  const found = new Map<number, { definition: DefinitionRow; score: number }>();
  for (const { scored, score } of ranked) {
    if (found.size >= MOST_FOUND) break;
    const worth = worthOfLeaves(scored);
    const ids = scored.candidate.leaves
      .map(({ definition }, index) => ({ id: definition?.id, worth: worth[index] ?? 0 }))
      .toSorted((one, other) => other.worth - one.worth);
    const definition = lookups.definition(ids.find(({ id }) => id !== undefined)?.id);
    if (definition !== undefined && !found.has(definition.id))
      found.set(definition.id, { definition, score });
  }
  return [...found.values()];
}

/** Who calls it, and which tests do in the end. */
async function reachOf(
  definition: DefinitionRow,
  { view, mayRead, turns }: Pick<Asked, "view" | "mayRead" | "turns">,
  lookups: Lookups,
): Promise<Reach> {
  const { reached } = await walkUp(
    [definition],
    { depth: UP, turns, most: MOST_UP, follow: (use) => isCall(use) || use.mention.kind === "inherit" },
    lookups,
  );
  const isTest = (path: string): boolean => lookups.file(path)?.role === "test";
  const callers = reached.filter(({ depth, path }) => depth === 1 && !isTest(path));
  const tests = reached.filter(
    ({ path, confidence }) => isTest(path) && confidence !== "name" && mayRead(path),
  );
  const places = [...new Set(tests.map(({ path }) => shownPath(view.root, path)))];
  return {
    callers: callers.length,
    files: new Set(callers.map(({ path }) => path)).size,
    unsure: callers.some(({ confidence }) => confidence === "name"),
    tests: places.slice(0, 3),
    moreTests: Math.max(0, places.length - 3),
  };
}
