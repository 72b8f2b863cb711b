import type { Document, Frontmatter, Problem, Source } from "../shapes.ts";
import { checkFrontmatter, FIELD_NAMES, NO_FRONTMATTER } from "./check-frontmatter.ts";
import { findComments } from "./find-comments.ts";
import { LineCount } from "./line-count.ts";
import { readFields } from "./read-fields.ts";
import { safeText } from "./safe-text.ts";
import { splitFrontmatter } from "./split-frontmatter.ts";

/** A comment of so many words may only be a mark for a program. */
const FEW_WORDS = 6;
const MOST_LINES = 5;

/**
 * Takes a file's text apart: what nobody sees is taken out, the frontmatter is read and checked, comments are pointed out.
 * Pure and linear, and does not throw: a frontmatter that cannot be read leaves the whole file as text that always holds.
 */
export function parseDocument(text: string, source: Source): Document {
  const safe = safeText(text);
  const { yaml, ...split } = splitFrontmatter(safe.text);
  const read = yaml === undefined ? undefined : readFrontmatter(yaml, source);
  const isWhole = read !== undefined && read.frontmatter === undefined;
  const body = isWhole ? safe.text : split.body;
  const firstLine = isWhole ? 1 : split.firstLine;
  return {
    source,
    frontmatter: read === undefined ? withoutFrontmatter(source) : (read.frontmatter ?? NO_FRONTMATTER),
    body,
    firstLine,
    problems: [
      ...safe.problems,
      ...split.problems,
      ...(read?.problems ?? []),
      ...aboutComments(body, firstLine),
    ],
  };
}

/** A file without one means what one with an empty one means. */
function withoutFrontmatter(source: Source): Frontmatter {
  return source.family === "copilot"
    ? checkFrontmatter({}, { source, firstLine: 1 }).frontmatter
    : NO_FRONTMATTER;
}

interface ReadFrontmatter {
  readonly frontmatter?: Frontmatter;
  readonly problems: readonly Problem[];
}

function readFrontmatter(yaml: string, source: Source): ReadFrontmatter {
  // the first line is the fence
  const firstLine = 2;
  const read = readFields(yaml, FIELD_NAMES);
  if ("why" in read) {
    const message = `the frontmatter cannot be read, ${read.why}: the whole file was taken for text`;
    return {
      problems: [{ level: "warning", code: "bad_frontmatter", message, line: read.line + firstLine - 1 }],
    };
  }
  const { frontmatter, problems } = checkFrontmatter(read.fields, { source, firstLine });
  if (read.lenientFrom === undefined) return { frontmatter, problems };
  const message = "this line of the frontmatter is no YAML: its lines were read one by one, as key: value";
  const line = read.lenientFrom + firstLine - 1;
  return {
    frontmatter,
    problems: [{ level: "info", code: "lenient_frontmatter", message, line }, ...problems],
  };
}

/** What a rendered page does not show, and a model reads. */
function aboutComments(body: string, firstLine: number): Problem[] {
  const lines: number[] = [];
  const count = new LineCount(body);
  for (const { start, end } of findComments(body))
    if (holdsMuch(body.slice(start, end))) lines.push(firstLine + count.lineOf(start) - 1);
  const [first] = lines;
  if (first === undefined) return [];
  const more = lines.length > MOST_LINES ? ` and ${lines.length - MOST_LINES} more` : "";
  const where = `${lines.length === 1 ? "line" : "lines"} ${lines.slice(0, MOST_LINES).join(", ")}${more}`;
  const message = `it has HTML comments, which a rendered page does not show and a model reads (${where})`;
  return [{ level: "info", code: "html_comments", message, line: first }];
}

function holdsMuch(comment: string): boolean {
  const words = comment.replace(/^<!--/u, "").match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length > FEW_WORDS;
}
