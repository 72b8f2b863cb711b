import { languageOf } from "../../parse/language-of.ts";
import type { DefinitionRow } from "../../store/shapes.ts";
import type { Lookups } from "../lookups.ts";
import type { ChangedFile, ChangedLines } from "./parse-hunks.ts";
import type { Changes } from "./read-changes.ts";

/** Old versions that are parsed to see what went. */
const MOST_PARSED = 30;
const MOST_CHARS = 100_000;
const HEAD_CHARS = 2_000;

/** A definition that was there before. */
export interface Gone {
  readonly name: string;
  readonly scope: string;
  readonly path: string;
}

/** What the changed lines of a file belong to. */
export interface Touched {
  readonly definitions: readonly DefinitionRow[];
  /** True when lines outside of all definitions changed: whoever imports the file may feel it. */
  readonly outside: boolean;
}

/** The innermost definitions that hold changed lines; all at the top of a new file. */
export function touchedBy({ lines, from }: ChangedFile, file: number, lookups: Lookups): Touched {
  const all = lookups.definitionsIn(file);
  if (from === undefined)
    return { definitions: all.filter(({ parent }) => parent === undefined), outside: false };
  const found = new Set<DefinitionRow>();
  let outside = false;
  for (const range of lines) {
    const touched = innermost(range, all);
    for (const each of touched) found.add(each);
    outside ||= touched.length === 0;
  }
  return { definitions: all.filter((each) => found.has(each)), outside };
}

/** Definitions that overlap a range, without those of which another one in them holds all of the overlap. */
function innermost(range: ChangedLines, all: readonly DefinitionRow[]): DefinitionRow[] {
  const overlap = all.filter((each) => isTouched(range, each));
  return overlap.filter(
    (outer) =>
      !overlap.some(
        (inner) =>
          inner.parent === outer.id &&
          inner.docLine <= Math.max(range.startLine, outer.startLine) &&
          inner.endLine >= Math.min(range.endLine, outer.endLine),
      ),
  );
}

function isTouched(
  { startLine, endLine, gone }: ChangedLines,
  { docLine, endLine: last }: DefinitionRow,
): boolean {
  // where lines went, what they lay in must stand on both sides
  if (gone) return docLine <= startLine && last >= endLine;
  return docLine <= endLine && last >= startLine;
}

/** Definitions that files had and have no more, by parsing what they were. `left` files were not looked at. */
export async function goneIn(
  { files, before }: Changes,
  isDefined: (each: Gone) => boolean,
): Promise<{ readonly gone: readonly Gone[]; readonly left: number }> {
  // loaded with its first use, which is rare
  const { FileParser } = await import("../../parse/parse-file.ts");
  const parser = new FileParser();
  const removing = files.filter(
    ({ from, removes, path }) => from !== undefined && (removes || path === undefined),
  );
  const gone: Gone[] = [];
  let left = Math.max(0, removing.length - MOST_PARSED);
  for (const { from = "", path } of removing.slice(0, MOST_PARSED)) {
    const text = await before(from);
    if (text === undefined || text.length > MOST_CHARS) {
      left += 1;
      continue;
    }
    const language = languageOf(from, text.slice(0, HEAD_CHARS));
    const { definitions } = await parser.parse({ text, language });
    for (const { name, scope } of definitions) {
      const each = { name, scope, path: path ?? from };
      if (!isDefined(each)) gone.push(each);
    }
  }
  return { gone, left };
}
