/** A JSON value with its place in the text, so that a file can be edited without rewriting it. */
export interface JsonNode {
  readonly kind: "object" | "array" | "string" | "number" | "literal";
  /** Offsets in the text; `end` is after the last character. */
  readonly start: number;
  readonly end: number;
  /** Plain data; objects have no prototype surprises: a `__proto__` key is an own key. */
  readonly value: unknown;
  /** Of an object, in the text's order. */
  readonly members: readonly JsonMember[];
}

export interface JsonMember {
  readonly key: string;
  readonly start: number;
  readonly value: JsonNode;
}

/** Text that is not JSON. `line` and `column` count from 1; the message never quotes the text. */
export class JsonProblem extends Error {
  override readonly name = "JsonProblem";
  readonly line: number;
  readonly column: number;

  constructor(message: string, text: string, offset: number) {
    super(message);
    const before = text.slice(0, offset).split("\n");
    this.line = before.length;
    this.column = (before.at(-1)?.length ?? 0) + 1;
  }
}

const MAX_DEPTH = 64;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\r\n]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERAL = /true|false|null/y;

/**
 * Parses JSON; with `comments`, also comments and trailing commas, as editors allow in their settings.
 * Throws `JsonProblem` with the line and the column, also for a key given twice and for more than 64 levels.
 */
export function parseJsonTree(text: string, options: { readonly comments?: boolean } = {}): JsonNode {
  return new Reader(text, options.comments ?? false).document();
}

class Reader {
  readonly #text: string;
  readonly #comments: boolean;
  #at = 0;

  constructor(text: string, comments: boolean) {
    this.#text = text;
    this.#comments = comments;
    if (text.startsWith("\uFEFF")) this.#at = 1;
  }

  document(): JsonNode {
    this.#space();
    const node = this.#node(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail("expected the end of the file");
    return node;
  }

  #node(depth: number): JsonNode {
    if (depth > MAX_DEPTH) this.#fail(`nested deeper than ${MAX_DEPTH} levels`);
    const char = this.#text[this.#at];
    if (char === "{") return this.#object(depth);
    if (char === "[") return this.#array(depth);
    if (char === '"') return this.#scalar("string", STRING);
    if (char !== undefined && /[-\d]/.test(char)) return this.#scalar("number", NUMBER);
    if (char !== undefined && /[tfn]/.test(char)) return this.#scalar("literal", LITERAL);
    return this.#fail(char === undefined ? "the file ends too early" : "expected a value");
  }

  #scalar(kind: "string" | "number" | "literal", pattern: RegExp): JsonNode {
    const start = this.#at;
    pattern.lastIndex = start;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined)
      return this.#fail(kind === "string" ? "this string is not closed" : "expected a value");
    this.#at += found.length;
    return { kind, start, end: this.#at, value: this.#parse(found, start), members: [] };
  }

  #parse(scalar: string, start: number): unknown {
    try {
      return JSON.parse(scalar);
    } catch (error) {
      if (error instanceof SyntaxError) return this.#fail("this string holds a control character", start);
      throw error;
    }
  }

  #object(depth: number): JsonNode {
    const start = this.#at;
    const members: JsonMember[] = [];
    const value: Record<string, unknown> = {};
    this.#items("}", () => {
      const member = this.#member(depth);
      if (Object.hasOwn(value, member.key)) this.#fail("this key is given twice", member.start);
      Object.defineProperty(value, member.key, {
        value: member.value.value,
        enumerable: true,
        writable: true,
      });
      members.push(member);
    });
    return { kind: "object", start, end: this.#at, value, members };
  }

  #member(depth: number): JsonMember {
    const start = this.#at;
    if (this.#text[start] !== '"') this.#fail("expected a key in double quotes");
    const key = String(this.#scalar("string", STRING).value);
    this.#space();
    if (this.#text[this.#at] !== ":") this.#fail('expected ":"');
    this.#at++;
    this.#space();
    return { key, start, value: this.#node(depth + 1) };
  }

  #array(depth: number): JsonNode {
    const start = this.#at;
    const value: unknown[] = [];
    this.#items("]", () => value.push(this.#node(depth + 1).value));
    return { kind: "array", start, end: this.#at, value, members: [] };
  }

  #items(close: string, item: () => void): void {
    this.#at++;
    this.#space();
    while (this.#text[this.#at] !== close) {
      item();
      this.#space();
      if (this.#text[this.#at] === close) break;
      const comma = this.#at;
      if (this.#text[comma] !== ",") this.#fail(`expected "," or "${close}"`);
      this.#at++;
      this.#space();
      if (this.#text[this.#at] === close && !this.#comments)
        this.#fail("a comma after the last item is not JSON", comma);
    }
    this.#at++;
  }

  #space(): void {
    for (;;) {
      const rest = /[ \t\r\n]*/y;
      rest.lastIndex = this.#at;
      this.#at += rest.exec(this.#text)?.[0].length ?? 0;
      const mark = this.#text.slice(this.#at, this.#at + 2);
      if (mark !== "//" && mark !== "/*") return;
      if (!this.#comments) this.#fail("comments are not JSON");
      const end = this.#text.indexOf(mark === "//" ? "\n" : "*/", this.#at + 2);
      if (end < 0 && mark === "/*") this.#fail("this comment is not closed");
      this.#at = end < 0 ? this.#text.length : end + (mark === "//" ? 1 : 2);
    }
  }

  #fail(message: string, at = this.#at): never {
    throw new JsonProblem(message, this.#text, at);
  }
}
