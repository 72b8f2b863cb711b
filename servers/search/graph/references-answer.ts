import type { SearchContext } from "../deps.ts";
import type { IndexView } from "../index/shapes.ts";
import { pageOf, type Page } from "../page.ts";
import type { DefinitionRow } from "../store/shapes.ts";
import { readableIn, SourceLines, standingOf, upToDate, type Standing } from "./asking.ts";
import type { Lookups } from "./lookups.ts";
import type { Confidence, Mention, Use } from "./shapes.ts";
import { subjectsOf, type Subject } from "./subject.ts";
import { compare, usesOf } from "./uses-of.ts";
import { holderOf } from "./walk.ts";
import { shownPath } from "../shown-path.ts";

/** References of a name that nothing in the index defines. */
const MOST_UNDEFINED = 2_000;

/** One place where something is used. */
export interface ReferenceAt {
  /** As answers show paths. */
  readonly path: string;
  readonly line: number;
  readonly kind: Mention["kind"];
  readonly confidence: Confidence;
  readonly holder?: DefinitionRow;
  /** The line as it is now; left out when it cannot be read. */
  readonly text?: string;
}

export interface ReferencesAnswer extends Standing {
  readonly subjects: readonly { readonly shown: string; readonly definition: DefinitionRow }[];
  /** How many definitions carry the name. */
  readonly total: number;
  readonly name: string;
  readonly page: Page<ReferenceAt>;
  readonly files: number;
  readonly unsure: number;
  readonly elsewhere: number;
  readonly unclear: number;
  readonly cut: boolean;
  readonly withheld: number;
}

export interface ReferencesQuestion {
  readonly symbol: string;
  readonly paths?: readonly string[] | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

interface InView {
  readonly subject: Subject;
  readonly uses: readonly (Pick<Use, "mention" | "confidence"> & { readonly holder?: DefinitionRow })[];
  readonly elsewhere: number;
  readonly unclear: number;
  readonly cut: boolean;
}

/** Where what a symbol names is used. Throws as `subjectsOf`. */
export async function referencesAnswer(
  question: ReferencesQuestion,
  context: SearchContext,
): Promise<ReferencesAnswer> {
  const isWanted = wantedPaths(question.paths, context);
  const subjects = await subjectsOf(question.symbol, context);
  const found: InView[] = [];
  for (const subject of subjects) found.push(await referencesIn(subject));
  const all = found.flatMap(({ subject: { view }, uses }) => {
    const mayRead = readableIn(view, context);
    return uses
      .filter(({ mention }) => isWanted(view, mention.path))
      .map((use) => ({ ...use, view, isReadable: mayRead(use.mention.path) }));
  });
  const shown = all.filter(({ isReadable }) => isReadable);
  const page = pageOf(shown, question.limit, question.cursor);
  const lines = new SourceLines(context);
  const items: ReferenceAt[] = [];
  for (const { view, mention, confidence, holder } of page.items) {
    const text = (await lines.of(view, mention.path))?.[mention.line - 1]?.trim();
    const { line, kind } = mention;
    items.push({
      path: shownPath(view.root, mention.path),
      line,
      kind,
      confidence,
      ...(holder === undefined ? {} : { holder }),
      ...(text === undefined ? {} : { text }),
    });
  }
  return {
    ...standingOf(subjects.map(({ view }) => view)),
    subjects: subjects.flatMap(({ view, definitions }) =>
      definitions.map((definition) => ({ definition, shown: shownPath(view.root, definition.path) })),
    ),
    total: sum(subjects.map(({ total }) => total)),
    name: subjects[0]?.name ?? question.symbol,
    page: { ...page, items },
    files: new Set(shown.map(({ view, mention }) => shownPath(view.root, mention.path))).size,
    unsure: shown.filter(({ confidence }) => confidence === "name").length,
    elsewhere: sum(found.map(({ elsewhere }) => elsewhere)),
    unclear: sum(found.map(({ unclear }) => unclear)),
    cut: found.some(({ cut }) => cut),
    withheld: all.length - shown.length,
  };
}

async function referencesIn(asked: Subject): Promise<InView> {
  return await upToDate(
    asked.view,
    (lookups) => {
      const subject = again(asked, lookups);
      return { subject, ...usesOfAll(subject, lookups) };
    },
    ({ uses }) => [...asked.definitions.map(({ path }) => path), ...uses.map(({ mention }) => mention.path)],
  );
}

/** The same definitions after their files may have been indexed anew, when their ids are others. */
export function again(subject: Subject, lookups: Lookups): Subject {
  const definitions = subject.definitions.flatMap((old) => {
    const named = lookups
      .named(old.name)
      .filter(({ path, scope, kind }) => path === old.path && scope === old.scope && kind === old.kind);
    const near = named.toSorted((one, other) => away(one, old) - away(other, old));
    return near[0] ?? [];
  });
  return { ...subject, definitions: [...new Map(definitions.map((each) => [each.id, each])).values()] };
}

function away(one: DefinitionRow, other: DefinitionRow): number {
  return Math.abs(one.startLine - other.startLine);
}

function usesOfAll({ definitions, name }: Subject, lookups: Lookups): Omit<InView, "subject"> {
  if (definitions.length === 0) {
    const mentions = lookups.reader.referencesNamed(name, MOST_UNDEFINED);
    const uses = mentions.map((mention) => ({
      mention,
      confidence: "name" as const,
      ...holder(mention, lookups),
    }));
    return { uses, elsewhere: 0, unclear: 0, cut: mentions.length >= MOST_UNDEFINED };
  }
  const each = definitions.map((definition) => usesOf(definition, lookups));
  const places = new Map<string, Use>();
  for (const use of each.flatMap(({ uses }) => uses)) {
    const key = `${use.mention.path}:${use.mention.line}:${use.mention.kind}:${use.mention.name}`;
    const known = places.get(key);
    if (known === undefined || known.confidence === "name") places.set(key, use);
  }
  return {
    uses: [...places.values()]
      .toSorted((one, other) => order(one, other))
      .map(({ mention, confidence }) => ({ mention, confidence, ...holder(mention, lookups) })),
    // each definition counts the others' references as being elsewhere
    elsewhere: definitions.length === 1 ? sum(each.map(({ elsewhere }) => elsewhere)) : 0,
    unclear: Math.max(0, ...each.map(({ unclear }) => unclear)),
    cut: each.some(({ cut }) => cut),
  };
}

function order(one: Use, other: Use): number {
  return (
    Number(one.confidence === "name") - Number(other.confidence === "name") ||
    compare(one.mention.path, other.mention.path) ||
    one.mention.line - other.mention.line
  );
}

function holder(mention: Mention, lookups: Lookups): { holder?: DefinitionRow } {
  const found = holderOf({ mention }, lookups);
  return found === undefined ? {} : { holder: found };
}

/** Whether a path lies in one of those that are asked for. */
export function wantedPaths(
  paths: readonly string[] | undefined,
  { workspace }: SearchContext,
): (view: IndexView, path: string) => boolean {
  if (paths === undefined) return () => true;
  const located = paths.map((path) => workspace.locate(path));
  return ({ root }, path) =>
    located.some((place) => {
      const under = place.parts.join("/");
      return place.root === root && (under === "" || path === under || path.startsWith(`${under}/`));
    });
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
