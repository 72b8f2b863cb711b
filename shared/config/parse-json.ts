import { type Node, parseTree, printParseErrorCode, visit } from "jsonc-parser";

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

/** Parses JSON. Throws `JsonProblem`, also for a key given twice and for more than 64 levels. */
export function parseJson(text: string): unknown {
  return JSON.parse(checked(text, { comments: false }));
}

/** The same with comments and trailing commas, as editors allow in their settings, and the place of every value. */
export function parseJsonTree(text: string): Node {
  const json = checked(text, { comments: true });
  const tree = parseTree(json, [], { allowTrailingComma: true });
  if (tree === undefined) throw new JsonProblem("expected a value", json, 0);
  return tree;
}

const MAX_DEPTH = 64;

/** What is wrong with a piece of the text, by the parser's name of it; any other error is what else was expected. */
const SENTENCES: Readonly<Record<string, string>> = {
  InvalidCommentToken: "comments are not JSON",
  UnexpectedEndOfComment: "this comment is not closed",
  UnexpectedEndOfString: "this string is not closed",
  UnexpectedEndOfNumber: "this number is not complete",
  InvalidUnicode: "this string holds an escape that JSON does not have",
  InvalidEscapeCharacter: "this string holds an escape that JSON does not have",
  InvalidCharacter: "this string holds a control character",
};

/** The text without a byte order mark, at the same offsets, once nothing in it is wrong. */
function checked(text: string, { comments }: { readonly comments: boolean }): string {
  const json = text.replace(/^\uFEFF/u, " ");
  const open: Level[] = [];
  let before: Piece = { kind: "start", offset: 0 };
  const fail = (message: string, offset: number): never => {
    throw new JsonProblem(message, json, offset);
  };
  const enter = (close: Level["close"], offset: number): void => {
    // the parser calls itself for every level
    if (open.length > MAX_DEPTH) fail(`nested deeper than ${MAX_DEPTH} levels`, offset);
    open.push({ close, keys: new Set() });
    before = { kind: "start", offset };
  };
  const leave = (offset: number): void => {
    open.pop();
    before = { kind: "value", offset };
  };
  visit(
    json,
    {
      onObjectBegin: (offset) => enter("}", offset),
      onArrayBegin: (offset) => enter("]", offset),
      onObjectEnd: leave,
      onArrayEnd: leave,
      onLiteralValue: (_, offset) => (before = { kind: "value", offset }),
      onSeparator: (char, offset) => (before = { kind: char === "," ? "comma" : "colon", offset }),
      onObjectProperty(key, offset) {
        const keys = open.at(-1)?.keys;
        if (keys?.has(key) === true) fail("this key is given twice", offset);
        keys?.add(key);
        before = { kind: "key", offset };
      },
      onError(code, offset) {
        const close = open.at(-1)?.close;
        if (offset === json.length) fail("the file ends too early", offset);
        if (before.kind === "comma" && json[offset] === close)
          fail("a comma after the last item is not JSON", before.offset);
        fail(SENTENCES[printParseErrorCode(code)] ?? expected(before.kind, close), offset);
      },
    },
    { disallowComments: !comments, allowTrailingComma: comments },
  );
  return json;
}

/** An object or an array that is not closed yet, with the object's keys so far. */
interface Level {
  readonly close: "]" | "}";
  readonly keys: Set<string>;
}

interface Piece {
  readonly kind: "start" | "key" | "colon" | "value" | "comma";
  readonly offset: number;
}

function expected(before: Piece["kind"], close: Level["close"] | undefined): string {
  if (before === "key") return 'expected ":"';
  if (before === "value")
    return close === undefined ? "expected the end of the file" : `expected "," or "${close}"`;
  return close === "}" && before !== "colon" ? "expected a key in double quotes" : "expected a value";
}
