import type { TextPage } from "../../shared/workspace/text-file-page.ts";
import type { PageStart, TextSource } from "./read-text.ts";

interface Shown {
  readonly start: PageStart;
  readonly page: TextPage;
  /** How to go on, when this is not the end of what was asked for. */
  readonly cursor?: string | undefined;
  /** How many last lines were asked for, when there was no room for them. */
  readonly tail?: number;
  readonly budget: number;
}

/** The one line before a text: what it is of what, and how to go on. A partial answer says so first. */
export function headerOf({ text, stat }: TextSource, shown: Shown): string {
  const { start, page, cursor, tail, budget } = shown;
  const partial = cursor !== undefined || tail !== undefined;
  const go = cursor === undefined ? [] : [`go on with cursor ${cursor}`];
  if (budget < 600) return `[${[partial ? "partial" : linesOf(shown), ...go].join("; ")}]`;
  if (text.size === start.format.bom) return `[empty file, ${stat.size} bytes${hashOf(start)}]`;
  const whole = page.start === start.format.bom && page.end >= text.size;
  const facts = [
    `${partial ? "partial: " : ""}${whole ? `whole file, ${wholeOf(shown)}` : linesOf(shown)}`,
    whole ? `${stat.size} bytes` : `bytes ${page.start}-${page.end - 1} of ${stat.size}`,
    ...encodingOf(start, page),
    ...endingsOf(start),
  ];
  if (tail !== undefined) go.push(`not all of the last ${tail} lines: raise budget`);
  return `[${[facts.join(", ") + hashOf(start), ...go].join("; ")}]`;
}

function wholeOf({ start }: Shown): string {
  return start.lines === undefined ? "lines not counted" : plural(start.lines, "line");
}

function linesOf({ start, page }: Shown): string {
  const { line: first, lines } = start;
  const closed = page.text === "" || page.text.endsWith("\n");
  if (first === undefined) return `the last ${plural(page.ends + (closed ? 0 : 1), "line")}`;
  const last = Math.max(first, first + page.ends - (closed ? 1 : 0));
  const from = start.inLine
    ? `from inside line ${first}`
    : first === last
      ? `line ${first}`
      : `lines ${first}`;
  const to = page.inLine
    ? ` to inside line ${last}`
    : first === last && !start.inLine
      ? ""
      : start.inLine
        ? ` to ${last}`
        : `-${last}`;
  return `${from}${to} of ${lines ?? "an unknown number"}`;
}

function encodingOf(start: PageStart, page: TextPage): string[] {
  if (page.encoding !== start.format.encoding) return ["not all UTF-8: these bytes shown as latin-1"];
  if (page.encoding === "utf-8") return start.format.bom > 0 ? ["UTF-8 with BOM"] : [];
  const name = page.encoding === "latin-1" ? "latin-1" : page.encoding.toUpperCase();
  return [start.format.bom > 0 ? `${name} with BOM` : name];
}

function endingsOf({ facts }: PageStart): string[] {
  if (facts?.endings === "CRLF") return ["line ends CRLF"];
  return facts?.endings === "mixed" ? ["line ends mixed, CRLF and LF"] : [];
}

function hashOf({ facts }: PageStart): string {
  return facts?.hash === undefined ? "" : `, hash ${facts.hash}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
