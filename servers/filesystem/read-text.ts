import * as z from "zod";
import { decodeCursor, encodeCursor } from "../../shared/cursor.ts";
import { ToolError } from "../../shared/errors.ts";
import type { EntryStat } from "../../shared/workspace/entry.ts";
import { readPage, readTail, type TextPage } from "../../shared/workspace/text-file-page.ts";
import type { TextFormat } from "../../shared/workspace/text-file-format.ts";
import { scanText, type TextFacts, type TextFile } from "../../shared/workspace/text-file.ts";
import { headerOf } from "./text-header.ts";
import { checkVersion, versionOf } from "./version-of.ts";

/** Tails of larger files are read without a look at the rest. */
const TAIL_SCAN_BYTES = 256 * 1024;
/** Room that a header takes, with a cursor; below 600 characters it is a short one. */
const HEADER_ROOM = 300;
const SHORT_HEADER_ROOM = 120;

export interface TextRequest {
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
  readonly tail?: number | undefined;
  readonly cursor?: string | undefined;
  /** The most characters of header and text together, at least 200. */
  readonly budget: number;
}

/** A part of a file: what it is and how to go on, and the text exactly as it stands there. */
export interface TextAnswer {
  readonly header: string;
  readonly text: string;
}

/** An open file known to be a text. */
export interface TextSource {
  readonly text: TextFile & { readonly format: TextFormat };
  readonly stat: EntryStat;
  readonly signal: AbortSignal;
}

/** Where a page begins, and what is known of the whole; what is not known is left out. */
export interface PageStart {
  readonly format: TextFormat;
  readonly position: number;
  /** The number of the line at `position`. */
  readonly line?: number;
  readonly inLine: boolean;
  /** The last line that is wanted. */
  readonly endLine?: number;
  /** How many lines the file has. */
  readonly lines?: number;
  /** Found by a pass over the file in this very call. */
  readonly facts?: TextFacts;
}

/** Version, position, line, whether inside of it, encoding, last line wanted, lines in all; 0 for unknown. */
const Cursor = z.tuple([
  z.string(),
  z.int().nonnegative(),
  z.int().nonnegative(),
  z.boolean(),
  z.enum(["utf-8", "utf-16le", "utf-16be", "latin-1"]),
  z.int().nonnegative(),
  z.int().nonnegative(),
]);

/**
 * Reads the part of a text that fits the budget. Throws `invalid_input` for a line behind the last one and
 * `conflict` for a cursor into an earlier version.
 */
export async function readText(source: TextSource, request: TextRequest): Promise<TextAnswer> {
  const room = request.budget - (request.budget < 600 ? SHORT_HEADER_ROOM : HEADER_ROOM);
  if (request.tail !== undefined && request.cursor === undefined)
    return await readEnd(source, { tail: request.tail, room, budget: request.budget });
  const start = request.cursor === undefined ? await begin(source, request) : resume(source, request.cursor);
  const lines = start.endLine === undefined ? Infinity : start.endLine - (start.line ?? 1) + 1;
  const page = await readPage(source.text, { ...start, room, lines });
  const finished = page.end >= source.text.size || page.ends >= lines;
  const cursor = finished ? undefined : cursorAfter(page, start, source.stat);
  return { header: headerOf(source, { start, page, cursor, budget: request.budget }), text: page.text };
}

async function begin({ text, signal }: TextSource, request: TextRequest): Promise<PageStart> {
  const { startLine: line = 1, endLine } = request;
  if (endLine !== undefined && endLine < line)
    throw new ToolError("invalid_input", `endLine ${endLine} is before startLine ${line}`);
  const facts = await scanText(text, { line, signal });
  if (facts.start === undefined)
    throw new ToolError("invalid_input", `startLine ${line} is behind the end of the file`, {
      hint: `It has ${facts.lines} lines.`,
    });
  return {
    format: facts.format,
    position: facts.start,
    line,
    inLine: false,
    ...(endLine === undefined ? {} : { endLine }),
    ...(facts.lines === undefined ? {} : { lines: facts.lines }),
    facts,
  };
}

function resume({ text, stat }: TextSource, cursor: string): PageStart {
  const [version, position, line, inLine, encoding, endLine, lines] = decodeCursor(Cursor, cursor);
  checkVersion(version, stat);
  return {
    format: { encoding, bom: text.format.bom },
    position: Math.min(position, text.size),
    inLine,
    ...(line === 0 ? {} : { line }),
    ...(endLine === 0 ? {} : { endLine }),
    ...(lines === 0 ? {} : { lines }),
  };
}

function cursorAfter(page: TextPage, start: PageStart, stat: EntryStat): string {
  const { line, format, endLine = 0, lines = 0 } = start;
  const next = line === undefined ? 0 : line + page.ends;
  const state: z.output<typeof Cursor> = [
    versionOf(stat),
    page.end,
    next,
    page.inLine,
    format.encoding,
    endLine,
    lines,
  ];
  return encodeCursor(state);
}

async function readEnd(
  source: TextSource,
  { tail, room, budget }: { readonly tail: number; readonly room: number; readonly budget: number },
): Promise<TextAnswer> {
  const { text, signal } = source;
  const facts = text.size <= TAIL_SCAN_BYTES ? await scanText(text, { line: 1, signal }) : undefined;
  const format = facts?.format ?? text.format;
  const page = await readTail(text, { format, room, lines: tail });
  const shown = page.ends + (page.text === "" || page.text.endsWith("\n") ? 0 : 1);
  const start: PageStart = {
    format,
    position: page.start,
    inLine: page.inLine,
    ...(facts?.lines === undefined ? {} : { line: facts.lines - shown + 1, lines: facts.lines }),
    ...(facts === undefined ? {} : { facts }),
  };
  const missing = page.inLine || (shown < tail && page.start > format.bom);
  return { header: headerOf(source, { start, page, budget, ...(missing ? { tail } : {}) }), text: page.text };
}
