import type { SearchContext } from "../../deps.ts";
import type { IndexView } from "../../index/shapes.ts";
import { pageOf, type Page } from "../../page.ts";
import type { DefinitionRow } from "../../store/shapes.ts";
import { readableIn, standingOf, upToDate, type Standing } from "../asking.ts";
import type { Lookups } from "../lookups.ts";
import { again, sum } from "../references-answer.ts";
import { definedNowhere, subjectsOf } from "../subject.ts";
import { Turns } from "../turns.ts";
import { walkUp, type Walk } from "../walk.ts";
import type { Neighbour } from "../walk-answer.ts";
import { goneIn, touchedBy, type Gone } from "./changed-definitions.ts";
import { importersOf } from "./importers.ts";
import type { ChangedFile } from "./parse-hunks.ts";
import { partOf } from "./part-of.ts";
import { readChanges, type Changes } from "./read-changes.ts";
import { shownPath } from "../../shown-path.ts";

/** Changed definitions that are followed. */
const MOST_STARTS = 150;
/** Changed files that are looked at. */
const MOST_FILES = 1_000;
/** References to what is gone that are told. */
const MOST_BROKEN = 50;

export interface ImpactQuestion {
  readonly symbol?: string | undefined;
  readonly from?: string | undefined;
  readonly depth: number;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A place that uses what is gone. */
export interface Broken {
  readonly name: string;
  readonly path: string;
  readonly line: number;
}

/** A test file, and how near it stands. */
export interface ReachedTest {
  readonly path: string;
  readonly depth: number;
  readonly uses: number;
  readonly unsure: boolean;
}

export interface ImpactAnswer extends Standing {
  /** What the working tree is compared with; left out when a symbol was asked for. */
  readonly against?: string;
  readonly symbol?: string;
  readonly depth: number;
  readonly starts: readonly { readonly shown: string; readonly definition: DefinitionRow }[];
  readonly changedFiles: number;
  /** Repositories that have nothing to compare with, as answers show them. */
  readonly uncompared: readonly string[];
  /** Changed files that are not in the index, as answers show them. */
  readonly unknown: readonly string[];
  readonly broken: readonly Broken[];
  readonly gone: number;
  /** What uses it, without tests. */
  readonly page: Page<Neighbour>;
  readonly tests: readonly ReachedTest[];
  /** Files that import a file whose top changed, and are not told otherwise. */
  readonly importers: readonly string[];
  readonly unsure: number;
  readonly unclear: number;
  readonly cut: boolean;
  readonly withheld: number;
}

/** What was found in one root. */
export interface InView {
  readonly view: IndexView;
  readonly starts: readonly DefinitionRow[];
  readonly walk: Walk;
  readonly importers: readonly string[];
  readonly tests: ReadonlySet<string>;
  readonly changedFiles: number;
  readonly unknown: readonly string[];
  readonly broken: readonly Broken[];
  readonly gone: number;
  readonly cut: boolean;
}

/** What depends on a symbol, or on what changed. Throws as `subjectsOf` and `readChanges`. */
export async function impactAnswer(question: ImpactQuestion, context: SearchContext): Promise<ImpactAnswer> {
  const { symbol, from } = question;
  const found: InView[] = [];
  const changes = symbol === undefined ? await readChanges(from, context) : [];
  for (const each of changes) found.push(await ofChanges(each, question, context));
  if (symbol !== undefined) found.push(...(await ofSymbol(symbol, question, context)));
  const parts = found.map((each) => partOf(each, context));
  return {
    ...standingOf(found.map(({ view }) => view)),
    ...(symbol === undefined ? { against: changes[0]?.against ?? "HEAD" } : { symbol }),
    depth: question.depth,
    starts: parts.flatMap(({ starts }) => starts),
    uncompared: changes.flatMap((each) => each.uncompared),
    changedFiles: sum(found.map(({ changedFiles }) => changedFiles)),
    unknown: found.flatMap(({ unknown }) => unknown),
    broken: found.flatMap(({ broken }) => broken),
    gone: sum(found.map(({ gone }) => gone)),
    page: pageOf(
      parts.flatMap(({ neighbours }) => neighbours),
      question.limit,
      question.cursor,
    ),
    tests: parts.flatMap(({ tests }) => tests),
    importers: parts.flatMap(({ importers }) => importers),
    unsure: sum(parts.map(({ unsure }) => unsure)),
    unclear: sum(found.map(({ walk }) => walk.unclear)),
    cut: found.some(({ cut, walk }) => cut || walk.cut),
    withheld: sum(parts.map(({ withheld }) => withheld)),
  };
}

async function ofSymbol(
  symbol: string,
  { depth }: ImpactQuestion,
  context: SearchContext,
): Promise<InView[]> {
  const found: InView[] = [];
  const subjects = await subjectsOf(symbol, context);
  if (subjects.every(({ definitions }) => definitions.length === 0)) throw definedNowhere(symbol);
  for (const asked of subjects)
    found.push(
      await upToDate(
        asked.view,
        async (lookups) => {
          const { definitions } = again(asked, lookups);
          return {
            ...(await inView(asked.view, definitions, { depth, lookups, turns: new Turns(context.signal) })),
            cut: asked.total > definitions.length,
          };
        },
        ({ walk }) => [...asked.definitions, ...walk.reached].map(({ path }) => path),
      ),
    );
  return found;
}

async function ofChanges(
  changes: Changes,
  { depth }: ImpactQuestion,
  context: SearchContext,
): Promise<InView> {
  const { view } = changes;
  const mayRead = readableIn(view, context);
  const files = changes.files
    .filter(({ path, from }) => [path, from].every((each) => each === undefined || mayRead(each)))
    .slice(0, MOST_FILES);
  await view.freshen(files.flatMap(({ path, from }) => [path, from].filter((each) => each !== undefined)));
  view.reader.refresh();
  const isDefined = ({ name, scope, path }: Gone): boolean =>
    view.reader
      .definitionsNamed(name, { limit: 200 })
      .some((each) => each.name === name && each.scope === scope && each.path === path);
  const { gone, left } = await goneIn({ ...changes, files }, isDefined);
  return await upToDate(
    view,
    async (lookups) => {
      const all = files.map((file) => touchedIn(file, lookups));
      const starts = all.flatMap(({ definitions }) => definitions);
      const importers = [...new Set(all.flatMap((each) => each.importers))];
      const unknown = all.flatMap((each) => each.unknown).map((path) => shownPath(view.root, path));
      const broken = brokenBy(gone, view, lookups).filter(({ path }) => mayRead(path));
      return {
        ...(await inView(view, starts.slice(0, MOST_STARTS), {
          depth,
          lookups,
          turns: new Turns(context.signal),
        })),
        importers,
        changedFiles: files.length,
        unknown,
        broken: broken.map((each) => ({ ...each, path: shownPath(view.root, each.path) })),
        gone: gone.length,
        cut: starts.length > MOST_STARTS || changes.files.length > MOST_FILES || left > 0,
      };
    },
    ({ walk }) => walk.reached.map(({ path }) => path),
  );
}

interface TouchedIn {
  readonly definitions: readonly DefinitionRow[];
  readonly importers: readonly string[];
  readonly unknown: readonly string[];
}

/** What of a changed file others may feel. */
function touchedIn(file: ChangedFile, lookups: Lookups): TouchedIn {
  const nothing = { definitions: [], importers: [], unknown: [] };
  if (file.path === undefined) return { ...nothing, importers: importersOf(file.from ?? "", lookups) };
  const row = lookups.file(file.path);
  if (row === undefined || row.skipped !== undefined) return { ...nothing, unknown: [file.path] };
  const { definitions, outside } = touchedBy(file, row.id, lookups);
  return { ...nothing, definitions, importers: outside ? importersOf(row.path, lookups) : [] };
}

async function inView(
  view: IndexView,
  starts: readonly DefinitionRow[],
  { depth, lookups, turns }: { readonly depth: number; readonly lookups: Lookups; readonly turns: Turns },
): Promise<InView> {
  const walk = await walkUp(starts, { depth, turns, follow: () => true }, lookups);
  const paths = new Set(walk.reached.map(({ path }) => path));
  return {
    view,
    starts,
    walk,
    importers: [],
    tests: new Set([...paths].filter((path) => lookups.file(path)?.role === "test")),
    changedFiles: 0,
    unknown: [],
    broken: [],
    gone: 0,
    cut: false,
  };
}

/** Names that are gone, defined nowhere else, and still used. */
function brokenBy(gone: readonly Gone[], view: IndexView, lookups: Lookups): Broken[] {
  const names = [...new Set(gone.map(({ name }) => name))].filter((name) => lookups.named(name).length === 0);
  return names
    .flatMap((name) => view.reader.referencesNamed(name, MOST_BROKEN))
    .map(({ name, path, line }) => ({ name, path, line }))
    .slice(0, MOST_BROKEN);
}
