/** What a field says, unchecked. */
export interface Field {
  readonly value: unknown;
  /** From 1, in the frontmatter. */
  readonly line: number;
}

const PAIR = /^([A-Za-z_][\w-]*)[ \t]*:(?:[ \t]+(.*))?$/u;
const ITEM = /^[ \t]*-[ \t]+(.*)$/u;
const NO_LINE = /^[ \t]*(?:#|$)/u;
const MORE = /^[ \t]+\S/u;

/**
 * Lines of `key: value` and `- item` below a key without a value; a later key of the same name counts. Values are texts, and
 * `true` and `false`. A line that begins with white space goes on with the value above it. Nothing when a line is none of these.
 */
export function readLines(text: string): ReadonlyMap<string, Field> | undefined {
  const lines = new PairLines();
  const isRead = text.split("\n").every((line, index) => NO_LINE.test(line) || lines.add(line, index + 1));
  return isRead ? lines.fields : undefined;
}

class PairLines {
  readonly fields = new Map<string, Field>();
  #items: string[] | undefined;

  /** False when the line is none that can be understood. */
  add(written: string, line: number): boolean {
    const [, key, value = ""] = PAIR.exec(written) ?? [];
    if (key !== undefined) {
      this.#items = value.trim() === "" ? [] : undefined;
      this.fields.set(key, { value: this.#items ?? valueOf(value), line });
      return true;
    }
    const item = ITEM.exec(written)?.[1];
    if (item === undefined || this.#items === undefined) return this.fields.size > 0 && MORE.test(written);
    this.#items.push(unquoted(item));
    return true;
  }
}

function valueOf(written: string): unknown {
  const text = unquoted(written);
  if (text === "true" || text === "false") return text === "true";
  return text;
}

/** Without a comment and the quotes around it; brackets stay, for whoever knows that it is a list. */
function unquoted(written: string): string {
  const text = written.trim();
  const quoted = /^(["'])([^"']*)\1[ \t]*(?:#.*)?$/u.exec(text);
  return quoted?.[2] ?? text.replace(/(?<=\s)#.*$/su, "").trim();
}
