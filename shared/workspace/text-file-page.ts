import { isUtf8 } from "node:buffer";
import type { TextFile } from "./text-file.ts";
import {
  completeLength,
  decodeText,
  encodedLength,
  widestCharacter,
  type TextFormat,
} from "./text-file-format.ts";

/** A part of a text, exactly as it stands in the file. */
export interface TextPage {
  readonly text: string;
  /** Bytes from here to `end` of the file are in `text`. */
  readonly start: number;
  readonly end: number;
  /** Line ends in `text`. */
  readonly ends: number;
  /** True when `text` stops inside a line, for want of room. */
  readonly inLine: boolean;
  /** Not the one asked for when these bytes are none of that encoding. */
  readonly encoding: TextFormat["encoding"];
}

export interface PageOptions {
  readonly format: TextFormat;
  /** In bytes, at the start of a character. */
  readonly position: number;
  /** The most characters. */
  readonly room: number;
  /** The most lines. */
  readonly lines?: number;
}

/** Reads on from a position: as many whole lines as there is room for, or a part of one when it is longer. */
export async function readPage(text: TextFile, options: PageOptions): Promise<TextPage> {
  const { format, position, room } = options;
  const length = Math.min(text.size - position, room * widestCharacter(format.encoding) + 4);
  const bytes = await text.read(position, length);
  const { decoded, encoding } = decodeWhole(bytes, position + bytes.length >= text.size, format.encoding);
  const wanted = endOfLines(decoded, options.lines ?? Infinity);
  const fits = wanted <= room;
  const page = decoded.slice(0, fits ? wanted : cutAt(decoded, room));
  const taken = page.length === decoded.length ? bytes.length : encodedLength(page, encoding);
  return pageOf(page, {
    start: position,
    end: position + taken,
    inLine: !fits && !page.endsWith("\n"),
    encoding,
  });
}

/** Reads the last lines, fewer when they have no room, the end of the last one when even that has none. */
export async function readTail(text: TextFile, options: Omit<PageOptions, "position">): Promise<TextPage> {
  const { format, room, lines = Infinity } = options;
  const width = widestCharacter(format.encoding);
  let start = text.size;
  let bytes: Buffer;
  let found: Decoded & { readonly at: number };
  // Each step looks back further; a tail of a few lines is one read.
  for (let length = 16 * 1024; ; length *= 4) {
    start = alignedStart(Math.max(format.bom, text.size - Math.min(length, room * width + 4)), format);
    bytes = await text.read(start, text.size - start);
    const skipped = start === format.bom ? 0 : brokenStart(bytes, format.encoding);
    start += skipped;
    const decoded = decodeWhole(bytes.subarray(skipped), true, format.encoding);
    found = { ...decoded, at: startOfLines(decoded.decoded, lines) };
    if (found.at > 0 || start === format.bom || length >= room * width + 4) break;
  }
  const at = Math.max(found.at, startWithRoom(found.decoded, room));
  const page = found.decoded.slice(at);
  const inLine = at > 0 ? found.decoded[at - 1] !== "\n" : start > format.bom;
  const end = start + encodedLength(found.decoded, found.encoding);
  const { encoding } = found;
  return pageOf(page, { start: end - encodedLength(page, encoding), end, inLine, encoding });
}

/** Line ends are counted when somebody asks: for a whole file nobody does. */
function pageOf(text: string, rest: Omit<TextPage, "text" | "ends">): TextPage {
  return {
    ...rest,
    text,
    get ends() {
      return countEnds(text);
    },
  };
}

interface Decoded {
  readonly decoded: string;
  readonly encoding: TextFormat["encoding"];
}

/** Decodes whole characters; bytes that are no UTF-8 after all are shown one by one, so that none is lost. */
function decodeWhole(bytes: Buffer, last: boolean, encoding: TextFormat["encoding"]): Decoded {
  if (encoding === "utf-8") {
    const whole = last ? bytes : bytes.subarray(0, completeLength(bytes));
    return isUtf8(whole)
      ? { decoded: decodeText(whole, encoding), encoding }
      : { decoded: decodeText(bytes, "latin-1"), encoding: "latin-1" };
  }
  return { decoded: decodeText(bytes, encoding), encoding };
}

/** Where `lines` lines end. */
function endOfLines(text: string, lines: number): number {
  if (lines === Infinity) return text.length;
  let end = 0;
  for (let passed = 0; passed < lines; passed++) {
    const next = text.indexOf("\n", end);
    if (next === -1) return text.length;
    end = next + 1;
  }
  return end;
}

/** Where the last `lines` lines start; 0 when there are no more than that. */
function startOfLines(text: string, lines: number): number {
  // The line end at the very end closes the last line and opens none.
  let at = text.length - 1;
  for (let seen = 0; seen < lines; seen++) {
    if (at <= 0) return 0;
    at = text.lastIndexOf("\n", at - 1);
    if (at === -1) return 0;
  }
  return at + 1;
}

/** Where a text that leaves out its beginning starts: at a line, when one begins in what there is room for. */
function startWithRoom(text: string, room: number): number {
  if (text.length <= room) return 0;
  const from = text.length - room;
  if (text[from - 1] === "\n") return from;
  const line = text.indexOf("\n", from) + 1;
  if (line > 0 && line < text.length) return line;
  return isLowSurrogate(text, from) ? from + 1 : from;
}

/** Where to cut a text that has no room: after a line, unless that would waste more than half of the room. */
function cutAt(text: string, room: number): number {
  const line = text.lastIndexOf("\n", room - 1) + 1;
  if (line >= room / 2) return line;
  return room > 1 && isLowSurrogate(text, room) ? room - 1 : room;
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}

function countEnds(text: string): number {
  let ends = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) ends += 1;
  return ends;
}

function alignedStart(position: number, format: TextFormat): number {
  return format.encoding.startsWith("utf-16") ? position + ((position - format.bom) % 2) : position;
}

/** Bytes at the start that belong to a character which begins before them. */
function brokenStart(bytes: Buffer, encoding: TextFormat["encoding"]): number {
  if (encoding !== "utf-8") return 0;
  let skipped = 0;
  while (skipped < 3 && ((bytes[skipped] ?? 0) & 0xc0) === 0x80) skipped += 1;
  return skipped;
}
