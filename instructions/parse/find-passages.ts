import { LineCursor } from "./line-cursor.ts";

/** Offsets in a text; the end is the first that does not belong to it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Lines of prose that Markdown reads together: a paragraph, a heading, a row of a table. */
export class Passage {
  /** The lines without the marks of quotes and lists before them. */
  readonly text: string;
  readonly #lines: readonly Span[];
  readonly #starts: readonly number[];

  constructor(body: string, lines: readonly Span[]) {
    this.#lines = lines;
    const texts = lines.map(({ start, end }) => body.slice(start, end));
    this.text = texts.join("\n");
    const starts: number[] = [];
    let at = 0;
    for (const text of texts) {
      starts.push(at);
      at += text.length + 1;
    }
    this.#starts = starts;
  }

  /** Where in the body a character of the passage stands. */
  offsetOf(at: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle;
    }
    return (this.#lines[low]?.start ?? 0) + at - (this.#starts[low] ?? 0);
  }
}

export interface Passages {
  readonly passages: readonly Passage[];
  /** HTML comments that begin a line. */
  readonly comments: readonly Span[];
}

/**
 * The prose of a Markdown text by the block rules of CommonMark: no fenced or indented code, nothing in `pre`, `script`,
 * `style` and `textarea`. Other tags are text, since people put prose into them without a blank line. Linear.
 */
export function findPassages(body: string): Passages {
  const blocks = new Blocks(body);
  for (let start = 0; start <= body.length;) {
    const end = body.indexOf("\n", start);
    blocks.add(start, end === -1 ? body.length : end);
    if (end === -1) break;
    start = end + 1;
  }
  return blocks.finish();
}

type Container =
  | { readonly kind: "quote" }
  | { readonly kind: "item"; readonly width: number; isEmpty: boolean };

type Leaf =
  | { readonly kind: "none" }
  | { readonly kind: "paragraph"; readonly lines: Span[] }
  | { readonly kind: "fence"; readonly mark: string }
  | { readonly kind: "comment"; readonly start: number; last: number }
  | { readonly kind: "raw" };

const NONE: Leaf = { kind: "none" };
/** What is nested deeper counts as text; this keeps the work for each line small. */
const MOST_CONTAINERS = 32;
const CODE_INDENT = 4;

const FENCE = /^(?:(`{3,})[^`]*|(~{3,}).*)$/su;
const HEADING = /^#{1,6}(?=[ \t]|$)/u;
const UNDERLINE = /^(?:=+|-+)[ \t]*$/u;
const BREAK = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/u;
const ITEM = /^(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)/u;
const RAW_START = /^<(?:pre|script|style|textarea)(?=[\s>]|$)/iu;
const RAW_END = /<\/(?:pre|script|style|textarea)>/iu;

class Blocks {
  readonly #body: string;
  readonly #passages: Passage[] = [];
  readonly #comments: Span[] = [];
  readonly #stack: Container[] = [];
  #leaf: Leaf = NONE;

  constructor(body: string) {
    this.#body = body;
  }

  finish(): Passages {
    this.#close();
    return { passages: this.#passages, comments: this.#comments };
  }

  add(start: number, end: number): void {
    const line = new LineCursor(this.#body, start, end);
    const matched = this.#matched(line);
    if (matched === this.#stack.length && this.#goesOn(line, end)) return;
    const opened = this.#open(line, matched);
    if (!opened && (line.isBlank || this.#leaf.kind !== "paragraph")) this.#cut(matched);
    if (!line.isBlank) this.#text(line, { end, depth: opened ? this.#stack.length : matched });
  }

  /** How many of the open containers go on in this line. */
  #matched(line: LineCursor): number {
    const at = this.#stack.findIndex((container) => !this.#continues(container, line));
    return at === -1 ? this.#stack.length : at;
  }

  #continues(container: Container, line: LineCursor): boolean {
    if (container.kind === "quote") return skipQuote(line);
    if (line.isBlank) return !container.isEmpty;
    container.isEmpty = false;
    if (line.indent < container.width) return false;
    line.skipColumns(container.width);
    return true;
  }

  /** True when the line belongs to the fence, the comment or the raw text that is open. */
  #goesOn(line: LineCursor, end: number): boolean {
    const leaf = this.#leaf;
    if (leaf.kind === "comment") {
      this.#comment(leaf, line.next, end);
      return true;
    }
    if (leaf.kind === "raw" && RAW_END.test(line.rest)) this.#leaf = NONE;
    if (leaf.kind === "fence" && line.indent < CODE_INDENT && endsFence(line.rest, leaf.mark))
      this.#leaf = NONE;
    return leaf.kind === "raw" || leaf.kind === "fence";
  }

  /** Opens the quotes and items that begin here; true when there were some. */
  #open(line: LineCursor, matched: number): boolean {
    let opened = false;
    for (;;) {
      const inParagraph = !opened && this.#leaf.kind === "paragraph";
      const depth = opened ? this.#stack.length : matched;
      if (depth >= MOST_CONTAINERS) return opened;
      const container = containerAt(line, inParagraph && matched === this.#stack.length);
      if (container === undefined) return opened;
      if (!opened) this.#cut(matched);
      this.#stack.push(container);
      opened = true;
    }
  }

  /** Closes what did not go on. */
  #cut(depth: number): void {
    this.#close();
    this.#stack.length = depth;
  }

  /** What stands behind the marks of a line's containers; a paragraph may go on without some of them. */
  #text(line: LineCursor, { end, depth }: { readonly end: number; readonly depth: number }): void {
    const { rest } = line;
    const span = { start: line.next, end };
    const inParagraph = this.#leaf.kind === "paragraph";
    if (line.indent >= CODE_INDENT) {
      // indented code needs a paragraph's end before it, and nothing to end itself
      if (inParagraph) this.#prose(span);
      return;
    }
    if (inParagraph && depth === this.#stack.length && UNDERLINE.test(rest)) return this.#close();
    const leaf = leafAt(rest, line.next);
    const isHeading = HEADING.test(rest);
    if (leaf === undefined && !isHeading && !BREAK.test(rest)) return this.#prose(span);
    this.#cut(depth);
    if (isHeading) this.#passages.push(new Passage(this.#body, [span]));
    if (leaf !== undefined) this.#begin(leaf, span);
  }

  #begin(leaf: Leaf, { start, end }: Span): void {
    this.#leaf = leaf;
    if (leaf.kind === "comment") this.#comment(leaf, start + 2, end);
    if (leaf.kind === "raw" && RAW_END.test(this.#body.slice(start, end))) this.#leaf = NONE;
  }

  #prose(span: Span): void {
    if (this.#leaf.kind === "paragraph") this.#leaf.lines.push(span);
    else this.#leaf = { kind: "paragraph", lines: [span] };
  }

  /** What follows a comment on its last line is text. */
  #comment(leaf: Extract<Leaf, { kind: "comment" }>, from: number, end: number): void {
    const close = this.#body.slice(from, end).indexOf("-->");
    leaf.last = close === -1 ? end : from + close + 3;
    if (close === -1) return;
    this.#close();
    if (this.#body.slice(leaf.last, end).trim() !== "") this.#prose({ start: leaf.last, end });
  }

  #close(): void {
    const leaf = this.#leaf;
    if (leaf.kind === "paragraph") this.#passages.push(new Passage(this.#body, leaf.lines));
    if (leaf.kind === "comment") this.#comments.push({ start: leaf.start, end: leaf.last });
    this.#leaf = NONE;
  }
}

function leafAt(rest: string, start: number): Leaf | undefined {
  const fence = FENCE.exec(rest);
  if (fence !== null) return { kind: "fence", mark: fence[1] ?? fence[2] ?? "" };
  if (rest.startsWith("<!--")) return { kind: "comment", start, last: start };
  return RAW_START.test(rest) ? { kind: "raw" } : undefined;
}

function endsFence(rest: string, mark: string): boolean {
  const line = rest.trimEnd();
  return line.length >= mark.length && line === mark.charAt(0).repeat(line.length);
}

function containerAt(line: LineCursor, inParagraph: boolean): Container | undefined {
  if (line.indent >= CODE_INDENT) return undefined;
  if (skipQuote(line)) return { kind: "quote" };
  const { rest } = line;
  const item = ITEM.exec(rest);
  if (item === null || BREAK.test(rest)) return undefined;
  const [mark, number = "1"] = item;
  const isEmpty = rest.slice(mark.length).trim() === "";
  // such a line in a paragraph is a number or a dash at the beginning of a line
  if (inParagraph && (isEmpty || Number(number) !== 1)) return undefined;
  const before = line.indent + mark.length;
  line.skipMark(mark.length);
  const padding = isEmpty || line.indent > CODE_INDENT ? 1 : line.indent;
  line.skipColumns(padding);
  return { kind: "item", width: before + padding, isEmpty };
}

function skipQuote(line: LineCursor): boolean {
  if (line.indent >= CODE_INDENT || !line.rest.startsWith(">")) return false;
  line.skipMark(1);
  line.skipColumns(1);
  return true;
}
