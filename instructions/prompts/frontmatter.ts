import { LineCounter, parseDocument } from "yaml";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { Problem } from "../shapes.ts";

/** Bounds what a stranger's file costs: deep nesting is as deep as the text is long. */
const MAX_CHARACTERS = 8_192;
const MAX_NESTING = 32;

/** A file cut at its frontmatter. All values are texts, lists and maps: nothing becomes a number, a date, an object. */
export interface Split {
  readonly fields: ReadonlyMap<unknown, unknown>;
  readonly body: string;
  /** The line of the file on which the body begins, from 1. */
  readonly firstLine: number;
  /** The line of a field, or of what stands in it. */
  readonly lineOf: (...path: readonly (string | number)[]) => number;
}

/** Cuts a file into its fields and its body; what comes back instead says why that cannot be. Line ends must be `\n`. */
export function splitFrontmatter(text: string): Split | Problem {
  const lines = text.split("\n");
  if (lines[0]?.trimEnd() !== "---") return { fields: new Map(), body: text, firstLine: 1, lineOf: () => 1 };
  const end = lines.findIndex((line, at) => at > 0 && line.trimEnd() === "---");
  if (end === -1) return bad("the frontmatter has no end: a line that is exactly ---", 1);
  const yaml = lines.slice(1, end).join("\n");
  const refusal = refuse(yaml);
  if (refusal !== undefined) return bad(refusal, 2);
  const found = parseLeniently(yaml);
  if ("message" in found) return found;
  return { ...found, body: lines.slice(end + 1).join("\n"), firstLine: end + 2 };
}

function refuse(yaml: string): string | undefined {
  if (yaml.length > MAX_CHARACTERS) return `the frontmatter is longer than ${MAX_CHARACTERS} characters`;
  const opened = yaml.match(/[[{]/gu)?.length ?? 0;
  const indented = Math.max(...yaml.split("\n").map((line) => /^[\s?:-]*/u.exec(line)?.[0].length ?? 0));
  if (opened > 16 * MAX_NESTING || indented > 4 * MAX_NESTING) return "the frontmatter is nested too deeply";
  return undefined;
}

/** Sentences with a colon in them are the most common mistake: they are taken as they stand. */
function parseLeniently(yaml: string): Pick<Split, "fields" | "lineOf"> | Problem {
  const parsed = parse(yaml);
  if (!("message" in parsed)) return parsed;
  const quoted = yaml.replaceAll(
    /^( *(?:- )?(?:title|description|default):[ \t]+)(?!["'|>[{&*!])(\S.*)$/gmu,
    (_, key: string, value: string) => key + JSON.stringify(value.trimEnd()),
  );
  const again = quoted === yaml ? parsed : parse(quoted);
  return "message" in again ? parsed : again;
}

function parse(yaml: string): Pick<Split, "fields" | "lineOf"> | Problem {
  const lineCounter = new LineCounter();
  const document = parseDocument(yaml, {
    schema: "failsafe",
    lineCounter,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: "silent",
  });
  // one for the line of ---
  const lineAt = (offset: number): number => lineCounter.linePos(offset).line + 1;
  const [error] = document.errors;
  if (error !== undefined) return bad(sentence(error), lineAt(error.pos[0]));
  const value = valueOf(document);
  if (value !== null && !(value instanceof Map))
    return bad("the frontmatter must be lines of `key: value`, without aliases", 2);
  const lineOf = (...path: readonly (string | number)[]): number => {
    const node = document.getIn(path, true);
    return isRanged(node) ? lineAt(node.range[0]) : 2;
  };
  return { fields: value ?? new Map(), lineOf };
}

/** Maps stay maps, so that no key is special; aliases are refused, since few lines of them make gigabytes. */
function valueOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    const value: unknown = document.toJS({ mapAsMap: true, maxAliasCount: 0 });
    return value === "" ? null : value;
  } catch {
    return undefined;
  }
}

function isRanged(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}

function sentence({ code, message }: { readonly code: string; readonly message: string }): string {
  const words = escapeForPerson(message.split("\n", 1)[0] ?? "").slice(0, 200);
  return `the frontmatter is no YAML (${code.toLowerCase().replaceAll("_", " ")}): ${words}`;
}

function bad(message: string, line: number): Problem {
  return { level: "warning", code: "bad_frontmatter", message, line };
}
