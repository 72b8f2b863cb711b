import type { Lines } from "./lines.ts";
import type { Definition } from "./shapes.ts";
import type { Block } from "./units.ts";

const MAX_NAME = 120;
const FENCE = /^ {0,3}(`{3,}|~{3,}|-{4,}$|\.{4,}$)/u;
const MARKS = /^(#{1,6}|={1,6})[ \t]+(.*?)(?:[ \t]+[#=]+)?[ \t]*$/u;
/** A line of one mark under (and in reStructuredText also over) a title. */
const RULE = /^([=\-~^"'`#*+.:_<>])\1{2,}[ \t]*\r?\n?$/u;

/** What a text's headings say. */
export interface HeadingReading {
  readonly definitions: readonly Definition[];
  readonly blocks: readonly Block[];
}

type Draft = { -readonly [Key in keyof Definition]: Definition[Key] };

interface Heading {
  readonly line: number;
  readonly level: number;
  readonly name: string;
}

/** Markdown, reStructuredText and AsciiDoc: each section is a definition, whose scope is the headings above it. */
export function readHeadings(lines: Lines, language: string): HeadingReading {
  const headings = language === "restructuredtext" ? underlined(lines) : marked(lines, language);
  const definitions: Draft[] = [];
  const open: number[] = [];
  const close = (level: number, endLine: number): void => {
    while ((headings[open.at(-1) ?? -1]?.level ?? 0) >= level) {
      const definition = definitions[open.pop() ?? -1];
      if (definition !== undefined) definition.endLine = endLine;
    }
  };
  for (const [index, { line, level, name }] of headings.entries()) {
    close(level, line - 1);
    const scope = open.map((each) => headings[each]?.name ?? "").join(".");
    definitions.push(definitionOf({ line, level, name }, { scope, parent: open.at(-1) ?? -1 }));
    open.push(index);
  }
  close(1, lines.count);
  const blocks = definitions.map(({ startLine, endLine }, definition) => {
    return { startLine, endLine, definition, isWhole: false };
  });
  return { definitions, blocks };
}

function definitionOf({ line, name }: Heading, of: Pick<Definition, "scope" | "parent">): Draft {
  return {
    ...of,
    name,
    kind: "module",
    startLine: line,
    endLine: line,
    nameLine: line,
    signature: name,
    docLine: line,
    doc: "",
    exported: true,
  };
}

/** `# Title` outside of code, and in Markdown a title over `===` or `---`. */
function marked(lines: Lines, language: string): Heading[] {
  const headings: Heading[] = [];
  let fence = "";
  for (let line = frontMatter(lines) + 1; line <= lines.count; line += 1) {
    const text = lineText(lines, line).trimEnd();
    const mark = FENCE.exec(text)?.[1] ?? "";
    const isFence = mark !== "" && (language === "asciidoc") === /^[-.]/u.test(mark);
    if (fence !== "") {
      if (isFence && mark.startsWith(fence)) fence = "";
      continue;
    }
    if (isFence) fence = mark;
    const heading = isFence ? undefined : headingAt(lines, { line, text, language });
    if (heading !== undefined) headings.push(heading);
  }
  return headings;
}

function headingAt(lines: Lines, { line, text, language }: Line): Heading | undefined {
  const [, marks, title] = MARKS.exec(text) ?? [];
  const isMarked = marks !== undefined && (language === "asciidoc" || marks.startsWith("#"));
  if (isMarked) return { line, level: marks.length, name: nameOf(title ?? "") };
  const level = language === "markdown" ? levelUnder(lines, { line, text }) : 0;
  return level === 0 ? undefined : { line, level, name: nameOf(text) };
}

/** Of a title with `===` or `---` in the next line; 0 when there is none. */
function levelUnder(lines: Lines, { line, text }: Pick<Line, "line" | "text">): number {
  const isTitle = /^ {0,3}[\p{L}\p{N}[`*_]/u.test(text) && (line === 1 || lines.isBlank(line - 1));
  const under = isTitle && line < lines.count ? lineText(lines, line + 1) : "";
  const mark = /^ {0,3}(={2,}|-{2,})[ \t]*\r?\n?$/u.exec(under)?.[1];
  if (mark === undefined) return 0;
  return mark.startsWith("=") ? 1 : 2;
}

interface Line {
  readonly line: number;
  readonly text: string;
  readonly language: string;
}

/** Last line of what `---` or `+++` encloses at a text's start. */
function frontMatter(lines: Lines): number {
  const first = lines
    .slice(1)
    .replace(/^\uFEFF/u, "")
    .trimEnd();
  if (first !== "---" && first !== "+++") return 0;
  for (let line = 2; line <= Math.min(lines.count, 200); line += 1) {
    if (lines.slice(line).trimEnd() === first) return line;
  }
  return 0;
}

/** Titles over a line of marks; the marks' order in the text tells their levels. */
function underlined(lines: Lines): Heading[] {
  const headings: Heading[] = [];
  const styles: string[] = [];
  let line = 1;
  while (line < lines.count) {
    const found = titleAt(lines, line);
    line += found === undefined ? 1 : 2;
    if (found === undefined) continue;
    if (!styles.includes(found.style)) styles.push(found.style);
    headings.push({ line: found.line, level: styles.indexOf(found.style) + 1, name: nameOf(found.title) });
  }
  return headings;
}

function titleAt(lines: Lines, line: number): { line: number; style: string; title: string } | undefined {
  const title = lineText(lines, line).trimEnd();
  const under = lineText(lines, line + 1);
  const mark = RULE.exec(under)?.[1];
  if (mark === undefined || title.trim() === "" || RULE.test(title)) return undefined;
  const isOver = line > 1 && RULE.exec(lineText(lines, line - 1))?.[1] === mark;
  if (isOver) return { line: line - 1, style: mark + mark, title };
  const isShort = under.trimEnd().length + 2 < title.trim().length;
  return isShort || /^\s/u.test(title) ? undefined : { line, style: mark, title };
}

/** As much of a line as a heading can be. */
function lineText(lines: Lines, line: number): string {
  const text = lines.slice(line).slice(0, 1_000);
  return line === 1 ? text.replace(/^\uFEFF/u, "") : text;
}

/** Without links, emphasis and the dots that join a scope. */
function nameOf(title: string): string {
  const plain = title
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?/gu, "$1")
    .replace(/[`*]|\{#[^}]*\}/gu, "");
  return plain.replace(/\s+/gu, " ").trim().slice(0, MAX_NAME).trimEnd() || "-";
}
