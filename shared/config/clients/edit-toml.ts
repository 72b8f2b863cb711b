import { StartupError } from "../../errors.ts";
import { type TomlStatement, tomlStatements } from "./toml-statements.ts";

export type TomlValue = string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

/**
 * Sets a table such as `[mcp_servers.plumbline]` and leaves all the rest of the text as it is: the table is
 * replaced where it stands (with its subtables), else appended. Throws `StartupError` when the file is not surely
 * understood, or when the table is written in another way (inline, or by dotted keys).
 */
export function setTable(
  text: string,
  path: readonly string[],
  fields: Readonly<Record<string, TomlValue>>,
): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const table = renderTable(path, fields).replaceAll("\n", eol);
  const ranges = rangesOf(understood(text), path);
  if (ranges.length === 0) {
    const gap = text.trim() === "" ? "" : eol;
    const ended = text === "" || text.endsWith("\n") ? text : text + eol;
    return `${ended}${gap}${table}${eol}`;
  }
  return ranges.reduceRight(
    (edited, [start, end], index) => edited.slice(0, start) + (index === 0 ? table : "") + edited.slice(end),
    text,
  );
}

/** `[a.b]` and its keys, without a line feed at the end. */
export function renderTable(path: readonly string[], fields: Readonly<Record<string, TomlValue>>): string {
  const lines = Object.entries(fields).map(([key, value]) => `${keyText(key)} = ${valueText(value)}`);
  return [`[${path.map(keyText).join(".")}]`, ...lines].join("\n");
}

function understood(text: string): TomlStatement[] {
  const statements = tomlStatements(text);
  if (statements === undefined) throw new StartupError("the file is not TOML that can be edited safely");
  return statements;
}

/** Where our table and its subtables stand, header to last key; comments after them belong to what follows. */
function rangesOf(
  statements: readonly TomlStatement[],
  path: readonly string[],
): (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  let table: readonly string[] = [];
  let range: [number, number] | undefined;
  for (const statement of statements) {
    const full = statement.kind === "key" ? [...table, ...statement.path] : statement.path;
    const ours = startsWith(full, path);
    if (statement.kind !== "key") {
      table = statement.path;
      range = ours ? [statement.start, statement.end] : undefined;
      if (range !== undefined) ranges.push(range);
      if (ours && statement.kind === "array") throw otherForm(path);
    } else if (range !== undefined) range[1] = statement.end;
    else if (ours || startsWith(path, full)) throw otherForm(path);
  }
  return ranges;
}

function otherForm(path: readonly string[]): StartupError {
  return new StartupError(`${path.join(".")} is written in another form there than as a table of its own`);
}

function startsWith(path: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((key, index) => path[index] === key);
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : stringText(key);
}

function valueText(value: TomlValue): string {
  if (typeof value === "string") return stringText(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(stringText).join(", ")}]`;
  const members = Object.entries(value).map(([key, text]) => `${keyText(key)} = ${stringText(text)}`);
  return `{ ${members.join(", ")} }`;
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}

/** JSON's strings are TOML's, but for one character that only TOML forbids. */
function stringText(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", String.raw`\u007f`);
}
