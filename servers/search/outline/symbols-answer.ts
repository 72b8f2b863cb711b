import { viewsOf } from "../answer/views-of.ts";
import type { SearchContext } from "../deps.ts";
import {
  WAIT_FOR_NAMES,
  readableIn,
  SourceLines,
  standingOf,
  upToDate,
  type Standing,
} from "../graph/asking.ts";
import { findDefinitions, type Found, type NameFit } from "../graph/find-definitions.ts";
import { unknownName } from "../graph/subject.ts";
import type { IndexView } from "../index/shapes.ts";
import { pageOf, type Page } from "../page.ts";
import type { DefinitionRow, FileRole } from "../store/shapes.ts";
import { bodyOf, type Body } from "./body.ts";
import { shownPath } from "../shown-path.ts";

/** Characters that all bodies of an answer share. */
const BODIES = 16_000;
const ROLES: Readonly<Record<FileRole, number>> = {
  code: 0,
  tools: 1,
  test: 2,
  example: 2,
  config: 2,
  docs: 3,
  generated: 4,
  vendored: 5,
};

export interface SymbolAt {
  /** As answers show paths. */
  readonly path: string;
  readonly definition: DefinitionRow;
  readonly body?: Body;
}

export interface SymbolsAnswer extends Standing {
  readonly name: string;
  /** How well the best ones fit. */
  readonly fit: NameFit;
  readonly page: Page<SymbolAt>;
  readonly withheld: number;
}

export interface SymbolsQuestion {
  readonly name: string;
  readonly kinds?: readonly string[] | undefined;
  readonly paths?: readonly string[] | undefined;
  readonly body: boolean;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

interface FoundIn extends Found {
  readonly view: IndexView;
  readonly role: FileRole;
}

/** Definitions by name. Throws `not_found` with near names. */
export async function symbolsAnswer(
  question: SymbolsQuestion,
  context: SearchContext,
): Promise<SymbolsAnswer> {
  const views = await viewsOf({ paths: question.paths, waitMs: WAIT_FOR_NAMES }, context);
  const found: FoundIn[] = [];
  for (const { view, within } of views) {
    const narrow = { kinds: question.kinds, under: within?.under };
    const inView = await upToDate(
      view,
      (lookups) =>
        findDefinitions(view.reader, question.name, narrow).map((each) => ({
          ...each,
          view,
          role: lookups.file(each.definition.path)?.role ?? "code",
        })),
      (all) => all.slice(0, question.limit * 2).map(({ definition }) => definition.path),
    );
    found.push(...inView);
  }
  const all = best(found);
  const shown = all.filter(({ view, definition }) => readableIn(view, context)(definition.path));
  const [first] = all;
  if (first === undefined)
    throw unknownName(
      question.name,
      views.map(({ view }) => view),
      context,
    );
  const page = pageOf(shown, question.limit, question.cursor);
  return {
    ...standingOf(views.map(({ view }) => view)),
    name: question.name,
    fit: first.fit,
    page: { ...page, items: await shownSymbols(page.items, question.body, context) },
    withheld: all.length - shown.length,
  };
}

/** Of several roots only the best fit counts; code comes before tests and what was generated. */
function best(found: readonly FoundIn[]): FoundIn[] {
  const order = (fit: NameFit): number =>
    fit === "exact" || fit === "qualified" ? 0 : fit === "case" ? 1 : 2;
  const least = Math.min(...found.map(({ fit }) => order(fit)));
  const fitting = found.filter(({ fit }) => order(fit) === least);
  // a letter here and there is worth less than where it stands
  return least === 2 ? fitting : fitting.toSorted((one, other) => ROLES[one.role] - ROLES[other.role]);
}

async function shownSymbols(
  found: readonly FoundIn[],
  withBodies: boolean,
  context: SearchContext,
): Promise<SymbolAt[]> {
  const lines = new SourceLines(context);
  const symbols: SymbolAt[] = [];
  let room = BODIES;
  for (const [index, { view, definition }] of found.entries()) {
    const symbol = { path: shownPath(view.root, definition.path), definition };
    const share = Math.floor(room / Math.min(3, found.length - index));
    const text = withBodies ? await lines.of(view, definition.path) : undefined;
    const body = text === undefined ? undefined : bodyOf(definition, text, share);
    room -= body?.text.length ?? 0;
    symbols.push(body === undefined ? symbol : { ...symbol, body });
  }
  return symbols;
}
