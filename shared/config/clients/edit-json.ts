import { isDeepStrictEqual } from "node:util";
import { applyEdits, type Edit, findNodeAtLocation, getNodeValue, type Node, visit } from "jsonc-parser";
import { StartupError } from "../../errors.ts";
import { parseJsonTree } from "../parse-json.ts";

/**
 * Sets one member of a settings file and leaves every other character as it is: comments, order, indentation,
 * line endings. Missing objects on the way are made. Throws `JsonProblem` for a file that is not JSON even with
 * comments, `StartupError` when something else than an object stands in the way.
 */
export function setMember(text: string, path: readonly [string, ...string[]], value: unknown): string {
  if (text.trim() === "") return `${JSON.stringify(wrap(path, value), null, 2)}\n`;
  const root = parseJsonTree(text);
  const unit = indentAt(text, root.children?.[0]?.offset ?? 0) || "  ";
  const source = { text, unit, eol: text.includes("\r\n") ? "\r\n" : "\n" };
  const edited = applyEdits(text, editsFor(source, root, { path, value }));
  const wanted = merged(getNodeValue(root), path, value);
  if (!isDeepStrictEqual(plain(getNodeValue(parseJsonTree(edited))), plain(wanted)))
    throw new StartupError("the file could not be edited without touching other settings");
  return edited;
}

interface Source {
  readonly text: string;
  readonly eol: string;
  /** One step of indentation. */
  readonly unit: string;
}

interface Target {
  readonly path: readonly string[];
  readonly value: unknown;
}

function editsFor(source: Source, object: Node, { path: [key = "", ...rest], value }: Target): Edit[] {
  if (object.type !== "object")
    throw new StartupError(`an object is expected around "${key}", something else is there`);
  const old = findNodeAtLocation(object, [key]);
  if (old === undefined) return insertion(source, object, { path: [key, ...rest], value });
  if (rest.length > 0) return editsFor(source, old, { path: rest, value });
  const { offset, length } = old;
  return [{ offset, length, content: render(source, value, indentAt(source.text, offset)) }];
}

/** Not the library's own insertion: that comes before the comment of the last member's line and takes it over. */
function insertion(source: Source, object: Node, { path, value }: Target): Edit[] {
  const { text, eol } = source;
  const outer = indentAt(text, object.offset);
  const end = object.offset + object.length - 1;
  const last = object.children?.at(-1);
  const lastEnd = last === undefined ? object.offset + 1 : last.offset + last.length;
  let at = lastEnd;
  let comma = "";
  visit(text, {
    onSeparator(_, offset) {
      if (offset < at || offset > end) return;
      comma = ",";
      at = offset + 1;
    },
    onComment(offset, length) {
      if (offset < at || offset > end) return;
      if (last === undefined || !text.slice(at, offset).includes("\n")) at = offset + length;
    },
  });
  const rest = text.slice(at, end);
  const [length, close] = rest.includes("\n") ? [0, ""] : [rest.length, eol + outer];
  const member = render(source, wrap(path, value), outer).slice(1, -1).trimEnd();
  return [
    { offset: lastEnd, length: 0, content: last === undefined || comma === "," ? "" : "," },
    { offset: at, length, content: member + comma + close },
  ];
}

function render({ eol, unit }: Source, value: unknown, indent: string): string {
  return JSON.stringify(value, null, unit).replaceAll("\n", eol + indent);
}

function wrap(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((below, key) => ({ [key]: below }), value);
}

/** The white space that begins the line of `offset`. */
function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset))?.[0] ?? "";
}

function merged(value: unknown, [key, ...rest]: readonly string[], leaf: unknown): unknown {
  if (key === undefined) return leaf;
  const record: Record<string, unknown> = { ...Object(value) };
  record[key] = merged(record[key], rest, leaf);
  return record;
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
