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

/** For ripgrep: finds every line that `readTodos` does. */
export function tagPattern(tags: readonly string[]): string {
  return String.raw`\b(?:${tags.join("|")})\b`;
}

/** The notes of a text. A tag counts in a comment, or at the beginning of a line before a colon or a bracket. */
export function readTodos(text: string, tags: readonly string[]): Todo[] {
  const word = String.raw`\b(${tags.join("|")})\b(?!["'\x60=.\w-])`;
  const tagged = new RegExp(`${word}(.*)$`, "su");
  const opener = new RegExp(OPENERS, "u");
  const first = new RegExp(`^\\s*(${tags.join("|")})(?=[:(])(.*)$`, "su");
  return text.split(/\r?\n/u).flatMap((line, index) => {
    // longer lines are nobody's notes, and would cost time
    if (line.length > 2_000) return [];
    // one look for each, not one for each pair of them
    const opened = opener.exec(line);
    const inComment = opened === null ? null : tagged.exec(line.slice(opened.index + opened[0].length));
    const [, tag, rest] = inComment ?? first.exec(line) ?? [];
    return tag === undefined ? [] : [{ line: index + 1, tag, ...noteOf(rest ?? "") }];
  });
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
