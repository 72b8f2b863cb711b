import { isUtf8 } from "node:buffer";
import { createHash, hash as hashOf } from "node:crypto";
import type { OpenFile } from "./workspace.ts";
import { completeLength, detectFormat, HEAD_BYTES, type TextFormat } from "./text-file-format.ts";

/** Files up to this size are held in memory while they are read. */
const HELD_BYTES = 4 * 1024 * 1024;
/** Files up to this size are hashed and their lines counted. */
export const HASHED_BYTES = 16 * 1024 * 1024;
const COUNTED_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 512 * 1024;
const COUNTED_AT_ONCE = 64 * 1024;

/** What is needed of an open file to read a text from it. */
export type Readable = Pick<OpenFile, "stat" | "read">;

/** An open file whose format is known. */
export interface TextFile {
  readonly size: number;
  /** The first 64 KiB or less. */
  readonly head: Buffer;
  /** All bytes, of a file that is small enough. Do not write into them. */
  readonly held: Buffer | undefined;
  /** Undefined for what is no text. */
  readonly format: TextFormat | undefined;
  /** Bytes of the file; from memory when it is small. Do not write into them. */
  readonly read: (position: number, length: number) => Promise<Buffer>;
}

/** What only a pass over the whole file tells. */
export interface TextFacts {
  readonly format: TextFormat;
  /** Undefined beyond 64 MiB. */
  readonly lines: number | undefined;
  /** `"none"` for a text of one line. */
  readonly endings: "LF" | "CRLF" | "mixed" | "none";
  /** The first 16 hexadecimal digits of SHA-256; undefined beyond 16 MiB. */
  readonly hash: string | undefined;
  /** Where the wanted line begins; undefined when the file ends before it. */
  readonly start: number | undefined;
}

/** Decides by the first bytes how a file is read. */
export async function openText(file: Readable): Promise<TextFile> {
  const { size } = file.stat;
  const held = size <= HELD_BYTES ? await file.read(0, size) : undefined;
  const head = held?.subarray(0, HEAD_BYTES) ?? (await file.read(0, HEAD_BYTES));
  return {
    size: held?.length ?? size,
    head,
    held,
    format: detectFormat(head, head.length === (held?.length ?? size)),
    read: async (position, length) =>
      held?.subarray(position, position + length) ?? file.read(position, length),
  };
}

/**
 * Counts lines, hashes, checks that the format found in the head holds to the end, and finds a line. Beyond
 * 64 MiB it only goes as far as the wanted line. The loop gets its turn between chunks.
 */
export async function scanText(
  text: TextFile & { readonly format: TextFormat },
  options: { readonly line: number; readonly signal: AbortSignal },
): Promise<TextFacts> {
  const counter = new LineCounter(text.format, options.line);
  const { valid, position, hash } = await passOver(text, counter, options.signal);
  const complete = position >= text.size;
  const found: TextFormat = valid ? text.format : { encoding: "latin-1", bom: 0 };
  return {
    format: found,
    lines: complete ? counter.lines(text.size) : undefined,
    endings: counter.endings(),
    hash: complete ? hash : undefined,
    start: options.line <= 1 ? found.bom : counter.start,
  };
}

interface Pass {
  /** Whether the format held to the end. */
  readonly valid: boolean;
  /** How far it went. */
  readonly position: number;
  readonly hash: string | undefined;
}

async function passOver(
  text: TextFile & { readonly format: TextFormat },
  counter: LineCounter,
  signal: AbortSignal,
): Promise<Pass> {
  const { size, format, head, held } = text;
  const all = head.length === size ? head : held;
  if (all?.length === size) {
    counter.add(all, 0);
    return { valid: fits(all, format), position: size, hash: short(hashOf("sha256", all)) };
  }
  const hash = size <= HASHED_BYTES ? createHash("sha256") : undefined;
  let valid = true;
  let position = 0;
  for await (const chunk of chunksOf(text, signal)) {
    hash?.update(chunk);
    valid &&= fits(chunk, format);
    counter.add(chunk, position);
    position += chunk.length;
    if (size > COUNTED_BYTES && counter.start !== undefined) break;
  }
  return { valid, position, hash: hash && short(hash.digest("hex")) };
}

/** SHA-256 of a whole file, of any size, in the short form that answers show. */
export async function hashFile(file: Pick<Readable, "read">, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for (let position = 0; ;) {
    signal.throwIfAborted();
    const chunk = await file.read(position, CHUNK_BYTES);
    if (chunk.length === 0) return short(hash.digest("hex"));
    hash.update(chunk);
    position += chunk.length;
  }
}

function fits(chunk: Buffer, { encoding }: TextFormat): boolean {
  return encoding !== "utf-8" || isUtf8(chunk);
}

/** As answers show a hash. */
function short(hash: string): string {
  return hash.slice(0, 16);
}

/** All bytes in order; each chunk ends at a whole character, unless the file ends in the middle of one. */
async function* chunksOf(text: TextFile, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (let position = 0; position < text.size;) {
    signal.throwIfAborted();
    const bytes = await text.read(position, CHUNK_BYTES);
    const last = position + bytes.length >= text.size;
    const chunk =
      last || text.format?.encoding !== "utf-8" ? bytes : bytes.subarray(0, completeLength(bytes));
    // A file that shrinks under us ends where it ends now.
    if (chunk.length === 0) return;
    yield chunk;
    position += chunk.length;
  }
}

/** Counts line ends over chunks, and notes where one line begins. */
class LineCounter {
  readonly #format: TextFormat;
  readonly #wanted: number;
  #ends = 0;
  #carriageReturns = 0;
  #last = -1;
  #lastEnd: number;
  /** Where the wanted line begins, as soon as that is known. */
  start: number | undefined;

  constructor(format: TextFormat, wanted: number) {
    this.#format = format;
    this.#wanted = wanted;
    this.#lastEnd = format.bom;
    if (wanted <= 1) this.start = format.bom;
  }

  add(chunk: Buffer, position: number): void {
    const { width, low } = unitOf(this.#format);
    if (width === 1) this.#addBytes(chunk, position);
    else this.#addPairs(chunk, position);
    this.#last = chunk[chunk.length - width + low] ?? -1;
  }

  /** In strings of the same bytes, since those are searched faster than a buffer; short ones, which are thrown away at no cost. */
  #addBytes(chunk: Buffer, position: number): void {
    for (let from = 0; from < chunk.length; from += COUNTED_AT_ONCE) {
      const bytes = chunk.toString("latin1", from, from + COUNTED_AT_ONCE);
      for (let at = bytes.indexOf("\n"); at !== -1; at = bytes.indexOf("\n", at + 1)) {
        this.#end(at === 0 ? this.#last : bytes.charCodeAt(at - 1), position + from + at + 1);
      }
      this.#last = bytes.charCodeAt(bytes.length - 1);
    }
  }

  #addPairs(chunk: Buffer, position: number): void {
    const { low } = unitOf(this.#format);
    for (let at = nextPair(chunk, 0, low); at !== -1; at = nextPair(chunk, at + 2, low)) {
      this.#end(at >= 2 ? (chunk[at - 2 + low] ?? -1) : this.#last, position + at + 2);
    }
  }

  #end(before: number, end: number): void {
    if (before === 13) this.#carriageReturns += 1;
    this.#ends += 1;
    this.#lastEnd = end;
    if (this.#ends === this.#wanted - 1) this.start = end;
  }

  /** A text after the last line end is a line too. */
  lines(size: number): number {
    // What stands behind the last line end is no line when it is nothing.
    if (this.start === size) this.start = undefined;
    return this.#ends + (size > this.#lastEnd ? 1 : 0);
  }

  endings(): TextFacts["endings"] {
    if (this.#ends === 0) return "none";
    if (this.#carriageReturns === 0) return "LF";
    return this.#carriageReturns === this.#ends ? "CRLF" : "mixed";
  }
}

/** Bytes of a character, and which of them is the low one. */
function unitOf({ encoding }: TextFormat): { readonly width: 1 | 2; readonly low: 0 | 1 } {
  if (encoding === "utf-16le") return { width: 2, low: 0 };
  return encoding === "utf-16be" ? { width: 2, low: 1 } : { width: 1, low: 0 };
}

/** Where the next line feed of two bytes stands at or after `from`; -1 when there is none. */
function nextPair(bytes: Buffer, from: number, low: 0 | 1): number {
  for (let at = bytes.indexOf(10, from); at !== -1; at = bytes.indexOf(10, at + 1)) {
    if (at % 2 === low && bytes[at + 1 - 2 * low] === 0) return at - low;
  }
  return -1;
}
