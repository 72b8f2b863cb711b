/** What is looked for when the caller names nothing. */
export const STANDARD_TAGS = ["TODO", "FIXME", "HACK", "XXX", "BUG"] as const;
/** Characters of one note. */
const MAX_TEXT = 200;
/** How comments begin in the languages that are common, and a line that is one from its beginning. */
const OPENERS = String.raw`//|#|/\*|<!--|--|;|%|\(\*|"""|'''|\brem\b|^\s*\*`;

/** A note to whoever works here next. */
export interface Todo {
  /** 1-based. */
  readonly line: number;
  readonly tag: string;
  /** In brackets behind the tag: whose it is, or which ticket's. */
  readonly owner?: string;
  readonly text: string;
}

/** Tags are words: letters, digits, `_` and `-`. */
export const TAG = /^[A-Za-z][\w-]{0,39}$/u;

/** For ripgrep: finds every line that `findTags` does. */
export function tagPattern(tags: readonly string[]): string {
  return String.raw`\b(?:${tags.join("|")})\b`;
}

/** A tag in a text that may begin a note. */
export interface Tagged {
  /** 1-based. */
  readonly line: number;
  /** Where it stands in the text. */
  readonly at: number;
  readonly tag: string;
  /** What stands behind it in its line. */
  readonly rest: string;
  /** As far as the line tells: behind what begins a comment in some language, or first in its line before `:` or `(`. */
  readonly inComment: boolean;
}

/** Every tag of a text. */
export function findTags(text: string, tags: readonly string[]): Tagged[] {
  const word = new RegExp(String.raw`\b(?:${tags.join("|")})\b(?!["'\x60=.\w-])`, "gu");
  const opener = new RegExp(OPENERS, "u");
  const found: Tagged[] = [];
  let start = 0;
  for (const [index, whole] of text.split("\n").entries()) {
    // longer lines are nobody's notes, and would cost time
    const line = whole.length > 2_000 ? "" : whole.replace(/\r$/u, "");
    const opened = opener.exec(line);
    const from = opened === null ? Infinity : opened.index + opened[0].length;
    for (const { 0: tag, index: column } of line.matchAll(word)) {
      const rest = line.slice(column + tag.length);
      const isFirst = /^[:(]/u.test(rest) && line.slice(0, column).trim() === "";
      found.push({ line: index + 1, at: start + column, tag, rest, inComment: column >= from || isFirst });
    }
    start += whole.length + 1;
  }
  return found;
}

/** One note a line, of its first tag. */
export function toTodos(tags: readonly Tagged[]): Todo[] {
  const notes = new Map<number, Todo>();
  for (const { line, tag, rest } of tags)
    if (!notes.has(line)) notes.set(line, { line, tag, ...noteOf(rest) });
  return [...notes.values()];
}

function noteOf(rest: string): Pick<Todo, "owner" | "text"> {
  const [, owner, after = ""] = /^(?:[([]([^)\]]{1,60})[)\]])?[:\s-]*(.*)$/su.exec(rest.trimStart()) ?? [];
  const text = after
    .trimEnd()
    .replace(/(?:\*\/|-->|\*\)|"""|''')$/u, "")
    .trimEnd();
  const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return { text: short, ...(owner === undefined ? {} : { owner }) };
}
