import { findCode, type NoProse } from "../parse/find-code.ts";
import { findPassages, type Passage } from "../parse/find-passages.ts";
import { LineCount } from "../parse/line-count.ts";

/** An `@path` in prose. */
export interface FoundImport {
  /** Offsets in the body; from the `@` to behind the path. */
  readonly start: number;
  readonly end: number;
  /** As written, without the `@`, the backslash before a blank, and what follows a `#`. */
  readonly path: string;
  /** In the body, from 1. */
  readonly line: number;
}

const MOST_CHARACTERS = 1_024;
const WORD = /@(?:\\ |[^\s])+/uy;
/** What ends a sentence, a bracket or an emphasis, and no file name. */
const ENDS = new Set(".,;:!?'\"`)]}>*|…。、，！？；：）」』】»”’");

/**
 * The files that a Markdown text names with `@`, in order: at the beginning of a line or after white space, with a `.` or a
 * `/` in them; not in code, comments, link targets, addresses and tags. A blank in a path has a backslash before it. Linear.
 */
export function findImports(body: string): readonly FoundImport[] {
  if (!body.includes("@")) return [];
  const found: FoundImport[] = [];
  const lines = new LineCount(body);
  for (const passage of findPassages(body).passages)
    for (const each of inPassage(passage)) found.push({ ...each, line: lines.lineOf(each.start) });
  return found;
}

function* inPassage(passage: Passage): Generator<Omit<FoundImport, "line">> {
  const { text } = passage;
  if (!text.includes("@")) return;
  const others = [...findCode(text)];
  let next = 0;
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    while ((others[next]?.end ?? Infinity) <= at) next += 1;
    const other = others[next];
    if (!mayBegin(text, at) || (other !== undefined && other.start <= at)) continue;
    const word = wordAt(text, at, other);
    const path = pathOf(word);
    if (path !== undefined)
      yield { start: passage.offsetOf(at), end: passage.offsetOf(at + word.length - 1) + 1, path };
    at += word.length - 1;
  }
}

function mayBegin(text: string, at: number): boolean {
  return at === 0 || /\s/u.test(text.charAt(at - 1));
}

/** With the `@`, without what only ends the sentence. */
function wordAt(text: string, at: number, other: NoProse | undefined): string {
  WORD.lastIndex = at;
  const [whole = "@"] = WORD.exec(text) ?? [];
  const word = other === undefined ? whole : whole.slice(0, other.start - at);
  let length = word.length;
  while (length > 1 && ENDS.has(word.charAt(length - 1))) length -= 1;
  return word.slice(0, length);
}

function pathOf(word: string): string | undefined {
  const [path = ""] = word.slice(1).replaceAll("\\ ", " ").split("#", 1);
  const isPath = /[./]/u.test(path) && path.length <= MOST_CHARACTERS;
  return isPath ? path : undefined;
}
