/** One statement of a TOML file: a `[table]` header, or a key with its value. Offsets; `end` is before the line feed. */
export interface TomlStatement {
  readonly kind: "table" | "array" | "key";
  /** The key, split at its dots. */
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** Values are skipped, not read: strings of all four kinds, brackets, comments. */
const VALUE_PIECE =
  /"""(?:\\[\s\S]|(?!""")[^\\])*"{3,5}|'''(?:(?!''')[\s\S])*'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*|[[{]|[\]}]|\n|[^"'#[\]{}\n]+/y;
const KEY_PART = /[ \t]*(?:([A-Za-z0-9_-]+)|"((?:\\.|[^"\\\n])*)"|'([^'\n]*)')[ \t]*/y;

/** Finds the statements of a TOML file, or nothing when the text is none that this reader is sure about. */
export function tomlStatements(text: string): TomlStatement[] | undefined {
  const statements: TomlStatement[] = [];
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  while (at < text.length) {
    const blank = match(/(?:[ \t\r\n]|#[^\n]*)*/y, text, at);
    at += blank.length;
    if (at >= text.length) break;
    const statement = statementAt(text, at);
    if (statement === undefined) return undefined;
    statements.push(statement);
    at = statement.end;
  }
  return statements;
}

function statementAt(text: string, start: number): TomlStatement | undefined {
  const open = match(/\[{0,2}/y, text, start);
  const key = keyAt(text, start + open.length);
  if (key === undefined) return undefined;
  if (open === "") {
    const end = text[key.end] === "=" ? endOfValue(text, key.end + 1) : undefined;
    return end === undefined ? undefined : { kind: "key", path: key.path, start, end };
  }
  const close = match(/\]{1,2}[ \t]*(?:#[^\n]*)?(?=\r?\n|$)/y, text, key.end);
  if (!close.startsWith("]".repeat(open.length)) || close === "") return undefined;
  return { kind: open === "[" ? "table" : "array", path: key.path, start, end: key.end + close.length };
}

function keyAt(
  text: string,
  start: number,
): { readonly path: readonly string[]; readonly end: number } | undefined {
  const path: string[] = [];
  for (let at = start; ; at++) {
    KEY_PART.lastIndex = at;
    const part = KEY_PART.exec(text);
    if (part === null) return undefined;
    path.push(part[1] ?? part[2] ?? part[3] ?? "");
    at += part[0].length;
    if (text[at] !== ".") return { path, end: at };
  }
}

function endOfValue(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length;) {
    const piece = match(VALUE_PIECE, text, at);
    if (piece === "") return undefined;
    if (piece === "\n" && depth === 0) return at;
    if (piece === "[" || piece === "{") depth++;
    if (piece === "]" || piece === "}") depth--;
    at += piece.length;
  }
  return depth === 0 ? text.length : undefined;
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}
