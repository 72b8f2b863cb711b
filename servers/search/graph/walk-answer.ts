import type { SearchContext } from "../deps.ts";
import { pageOf, type Page } from "../page.ts";
import type { DefinitionRow } from "../store/shapes.ts";
import { readableIn, standingOf, upToDate, type Standing } from "./asking.ts";
import { again, sum, wantedPaths } from "./references-answer.ts";
import type { Confidence, Use } from "./shapes.ts";
import { definedNowhere, subjectsOf, type Subject } from "./subject.ts";
import { Turns } from "./turns.ts";
import { walkDown, walkUp, type Walk } from "./walk.ts";
import { shownPath } from "../shown-path.ts";

/** A caller or a callee, at some distance. */
export interface Neighbour {
  /** As answers show paths. */
  readonly path: string;
  readonly depth: number;
  readonly confidence: Confidence;
  /** Left out for code outside of all definitions. */
  readonly definition?: DefinitionRow;
  /** Where the calls stand: in it for callers, in what calls it for callees. */
  readonly at: readonly { readonly path: string; readonly line: number }[];
}

export interface WalkAnswer extends Standing {
  readonly direction: "callers" | "callees";
  readonly subjects: readonly { readonly shown: string; readonly definition: DefinitionRow }[];
  /** How many definitions carry the name. */
  readonly total: number;
  readonly name: string;
  readonly depth: number;
  readonly page: Page<Neighbour>;
  readonly unsure: number;
  readonly elsewhere: number;
  readonly unclear: number;
  readonly cut: boolean;
  readonly withheld: number;
}

export interface WalkQuestion {
  readonly symbol: string;
  readonly direction: "callers" | "callees";
  readonly depth: number;
  readonly paths?: readonly string[] | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

interface InView {
  readonly subject: Subject;
  readonly walk: Walk;
}

/** Who calls what a symbol names, or what that calls, over several steps. Throws as `subjectsOf`. */
export async function walkAnswer(question: WalkQuestion, context: SearchContext): Promise<WalkAnswer> {
  const isWanted = wantedPaths(question.paths, context);
  const subjects = await subjectsOf(question.symbol, context);
  if (subjects.every(({ definitions }) => definitions.length === 0)) throw definedNowhere(question.symbol);
  const found: InView[] = [];
  for (const subject of subjects) found.push(await walkIn(subject, question, context));
  const all = found.flatMap(({ subject: { view }, walk }) => {
    const mayRead = readableIn(view, context);
    const show = (path: string): string => shownPath(view.root, path);
    return walk.reached
      .filter(({ path }) => isWanted(view, path))
      .map((reached) => ({ reached, show, isReadable: mayRead(reached.path) }));
  });
  const shown = all.filter(({ isReadable }) => isReadable);
  const neighbours = shown.map(
    ({ reached: { path, depth, confidence, definition, uses }, show }): Neighbour => ({
      path: show(path),
      depth,
      confidence,
      ...(definition === undefined ? {} : { definition }),
      at: uses.map(({ mention }) => ({ path: show(mention.path), line: mention.line })),
    }),
  );
  return {
    ...standingOf(subjects.map(({ view }) => view)),
    direction: question.direction,
    subjects: found.flatMap(({ subject: { view, definitions } }) =>
      definitions.map((definition) => ({ definition, shown: shownPath(view.root, definition.path) })),
    ),
    total: sum(subjects.map(({ total }) => total)),
    name: subjects[0]?.name ?? question.symbol,
    depth: question.depth,
    page: pageOf(neighbours, question.limit, question.cursor),
    unsure: neighbours.filter(({ confidence }) => confidence === "name").length,
    elsewhere: sum(found.map(({ walk }) => walk.elsewhere)),
    unclear: sum(found.map(({ walk }) => walk.unclear)),
    cut: found.some(({ walk }) => walk.cut),
    withheld: all.length - shown.length,
  };
}

async function walkIn(
  asked: Subject,
  { direction, depth }: WalkQuestion,
  { signal }: SearchContext,
): Promise<InView> {
  const step = direction === "callers" ? walkUp : walkDown;
  return await upToDate(
    asked.view,
    async (lookups) => {
      const subject = again(asked, lookups);
      const walking = { depth, turns: new Turns(signal), follow: isCall };
      return { subject, walk: await step(subject.definitions, walking, lookups) };
    },
    ({ walk }) => [...asked.definitions.map(({ path }) => path), ...walk.reached.map(({ path }) => path)],
  );
}

/** A function that is given to another one is called there. */
export function isCall({ mention, definition }: Use): boolean {
  if (mention.kind === "call") return true;
  return mention.kind === "use" && (definition.kind === "function" || definition.kind === "method");
}
