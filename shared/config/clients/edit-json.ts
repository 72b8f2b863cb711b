import { isDeepStrictEqual } from "node:util";
import { StartupError } from "../../errors.ts";
import { type JsonNode, parseJsonTree } from "../json-tree.ts";

/**
 * Sets one member of a settings file and leaves every other character as it is: comments, order, indentation,
 * line endings. Missing objects on the way are made. Throws `JsonProblem` for a file that is not JSON even with
 * comments, `StartupError` when something else than an object stands in the way.
 */
export function setMember(text: string, path: readonly [string, ...string[]], value: unknown): string {
  if (text.trim() === "") return `${JSON.stringify(wrap(path, value), null, 2)}\n`;
  const before = parseJsonTree(text, { comments: true });
  const edited = edit({ text, eol: text.includes("\r\n") ? "\r\n" : "\n", unit: unitOf(text) }, before, {
    path,
    value,
  });
  const after = parseJsonTree(edited, { comments: true });
  const wanted = merged(before.value, path, value);
  if (!isDeepStrictEqual(plain(after.value), plain(wanted)))
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

function edit(source: Source, node: JsonNode, { path, value }: Target): string {
  const [key = "", ...rest] = path;
  if (node.kind !== "object")
    throw new StartupError(`an object is expected around "${key}", something else is there`);
  const member = node.members.find((each) => each.key === key);
  if (member === undefined) return insert(source, node, { path, value });
  if (rest.length > 0) return edit(source, member.value, { path: rest, value });
  const indent = indentAt(source.text, member.start);
  return splice(source.text, [member.value.start, member.value.end], render(source, value, indent));
}

function insert(source: Source, object: JsonNode, { path, value }: Target): string {
  const { text, eol, unit } = source;
  const [key = "", ...rest] = path;
  const outer = indentAt(text, object.start);
  const last = object.members.at(-1);
  const first = object.members[0];
  const indent = first === undefined ? outer + unit : (ownLineIndent(text, first.start) ?? outer + unit);
  const member = `${indent}${JSON.stringify(key)}: ${render(source, wrap(rest, value), indent)}`;
  if (last === undefined) {
    const inside = text.slice(object.start + 1, object.end - 1).trimEnd();
    return splice(text, [object.start + 1, object.end - 1], `${inside}${eol}${member}${eol}${outer}`);
  }
  const rest_ = text.slice(last.value.end, object.end - 1);
  const comma = commaIn(rest_);
  const withComma = comma ?? 0;
  const tail = endOfLine(rest_, withComma);
  const at = last.value.end + tail;
  const closes = text.slice(at, object.end - 1).includes("\n") ? "" : eol + outer;
  const added = `${eol}${member}${comma === undefined ? "" : ","}${closes}`;
  const withMember = splice(text, [at, at], added);
  return comma === undefined ? splice(withMember, [last.value.end, last.value.end], ",") : withMember;
}

/** Just after the comma that follows the last member, if an editor left one; comments are skipped. */
function commaIn(rest: string): number | undefined {
  const found = /^(?:\s|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*,/.exec(rest);
  return found?.[0].length;
}

/** The end of the line, when nothing but comments stands before it; a comment stays with what it explains. */
function endOfLine(rest: string, from: number): number {
  const found = /^(?:[ \t]|\/\*[^\n]*?\*\/)*(?:\/\/[^\r\n]*)?(?=\r?\n)/.exec(rest.slice(from));
  return from + (found?.[0].length ?? 0);
}

function splice(text: string, [start, end]: readonly [number, number], replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

function render({ eol, unit }: Source, value: unknown, indent: string): string {
  return JSON.stringify(value, null, unit).replaceAll("\n", eol + indent);
}

function wrap(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((below, key) => ({ [key]: below }), value);
}

/** The white space that begins the line of `offset`. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

/** The same, only when nothing else stands before it on that line. */
function ownLineIndent(text: string, offset: number): string | undefined {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const line = text.slice(start, offset);
  return start > 0 && /^[ \t]*$/.test(line) ? line : undefined;
}

function unitOf(text: string): string {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
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
