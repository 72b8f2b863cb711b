import { ToolError } from "../../../shared/errors.ts";
import { escapeForPerson } from "../../../shared/escape-for-person.ts";
import { viewsOf } from "../answer/views-of.ts";
import type { SearchContext } from "../deps.ts";
import type { IndexView } from "../index/shapes.ts";
import type { DefinitionRow } from "../store/shapes.ts";
import { readableIn, WAIT_FOR_GRAPH } from "./asking.ts";
import { compare } from "./uses-of.ts";
import { findDefinitions, nearNames, splitName } from "./find-definitions.ts";
import { Lookups } from "./lookups.ts";
import { resolve } from "./resolve.ts";

/** More of one name are not followed at once. */
const MOST_SUBJECTS = 20;
/** Names of headings and of keys may be long texts. */
const MOST_NAME = 200;
const PLACE = /^(.+):(\d{1,7})$/su;

/** What a question is about, in one root. */
export interface Subject {
  readonly view: IndexView;
  /** Empty when the name is used and not defined. */
  readonly definitions: readonly DefinitionRow[];
  /** How many definitions carry the name. */
  readonly total: number;
  readonly name: string;
}

/**
 * The definitions that a caller means by a name, `Class.method` or `path:line`. Throws `not_found` with near names,
 * `invalid_input` for a line that is not there. Look it up again after the index was freshened.
 */
export async function subjectsOf(symbol: string, context: SearchContext): Promise<Subject[]> {
  const place = PLACE.exec(symbol.trim());
  if (place !== null) return [await subjectAt(place[1] ?? "", Number(place[2]), context)];
  const views = (await viewsOf({ waitMs: WAIT_FOR_GRAPH }, context)).map(({ view }) => view);
  const subjects = views
    .map((view) => subjectNamed(symbol, view, context))
    .filter((each) => each !== undefined);
  if (subjects.some(({ definitions }) => definitions.length > 0))
    return subjects.filter(({ definitions }) => definitions.length > 0);
  if (subjects.length > 0) return subjects;
  throw unknownName(symbol, views, context);
}

/** The error for a name that nothing carries; names of what may not be read are not told either. */
export function unknownName(
  symbol: string,
  views: readonly IndexView[],
  context: Pick<SearchContext, "access">,
): ToolError {
  const near = views.flatMap((view) => {
    const mayRead = readableIn(view, context);
    const isShown = (name: string): boolean =>
      view.reader.definitionsNamed(name, { limit: MOST_SUBJECTS }).some(({ path }) => mayRead(path));
    return nearNames(view.reader, symbol)
      .filter(isShown)
      .map((name) => escapeForPerson(name.slice(0, 200)));
  });
  const states = views.map((view) => view.state());
  const isBuilding = states.some(({ state }) => state === "building");
  // a name may be missing for the same reason
  const problems = [...new Set(states.flatMap((state) => state.problems))].map((problem) => `${problem}. `);
  return new ToolError("not_found", `no definition is called ${JSON.stringify(symbol.slice(0, 200))}`, {
    hint: isBuilding
      ? problems.length > 0
        ? `${problems.join("")}search_text finds exact text meanwhile.`
        : "The index is still being built: ask again soon."
      : near.length > 0
        ? `${problems.join("")}Near names: ${near.join(", ")}.`
        : `${problems.join("")}search_code finds code by words, search_text exact text.`,
  });
}

/** The error for a name that is used, and defined in nothing that is indexed. */
export function definedNowhere(symbol: string): ToolError {
  return new ToolError("not_found", `nothing in the index defines ${JSON.stringify(symbol.slice(0, 200))}`, {
    hint: "It is used: find_references with direction references lists where.",
  });
}

function subjectNamed(symbol: string, view: IndexView, context: SearchContext): Subject | undefined {
  view.reader.refresh();
  const { name, scope } = splitName(symbol);
  const mayRead = readableIn(view, context);
  const found = findDefinitions(view.reader, symbol).filter(
    ({ fit, definition }) => fit !== "prefix" && fit !== "letters" && mayRead(definition.path),
  );
  const definitions = found.map(({ definition }) => definition);
  if (definitions.length > 0)
    return { view, name, total: definitions.length, definitions: definitions.slice(0, MOST_SUBJECTS) };
  return scope === "" && view.reader.referencesNamed(name, 1).length > 0
    ? { view, name, definitions: [], total: 0 }
    : undefined;
}

async function subjectAt(path: string, line: number, context: SearchContext): Promise<Subject> {
  const located = context.workspace.locate(path);
  const view = await context.indexes.view(located.root.path, { ...context, waitMs: WAIT_FOR_GRAPH });
  const relative = located.parts.join("/");
  context.access.permit({ root: located.root.path, relative }, "read");
  await view.freshen([relative]);
  view.reader.refresh();
  const file = view.reader.file(relative);
  if (file === undefined || file.skipped !== undefined)
    throw new ToolError("not_found", `${located.shown} is not in the index`, {
      hint: "outline tells why, or finds its definitions on the spot.",
    });
  if (line < 1 || line > file.lines)
    throw new ToolError("invalid_input", `${located.shown} has ${file.lines} lines`);
  const lookups = new Lookups(view.reader);
  const found = definitionAt(file.id, line, lookups) ?? meantAt(file.id, line, lookups);
  if (found === undefined)
    throw new ToolError("not_found", `line ${line} of ${located.shown} is in no definition`, {
      hint: "outline shows what the file defines.",
    });
  return { view, definitions: [found], total: 1, name: found.name };
}

/** The definition whose name stands in this line, else the innermost around it. */
function definitionAt(file: number, line: number, lookups: Lookups): DefinitionRow | undefined {
  const all = lookups.definitionsIn(file);
  const named = all.find((each) => each.nameLine === line);
  const around = all
    .filter((each) => each.startLine <= line && line <= each.endLine)
    .toSorted((one, other) => one.endLine - one.startLine - (other.endLine - other.startLine));
  return named ?? around[0];
}

/** What a line outside of all definitions speaks of. */
function meantAt(file: number, line: number, lookups: Lookups): DefinitionRow | undefined {
  return lookups
    .referencesIn(file)
    .filter((each) => each.line === line)
    .flatMap((mention) => resolve(mention, lookups).targets)
    .toSorted((one, other) => compare(one.confidence, other.confidence))[0]?.definition;
}

/** `Store.open`, on one line. */
export function fullName({ scope, name }: Pick<DefinitionRow, "scope" | "name">): string {
  return escapeForPerson((scope === "" ? name : `${scope}.${name}`).slice(0, MOST_NAME));
}
