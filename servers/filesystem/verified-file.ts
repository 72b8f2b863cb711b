import { isUtf8 } from "node:buffer";
import { completeLength, decodeText } from "../../shared/workspace/text-file-format.ts";
import { openText, type TextFile } from "../../shared/workspace/text-file.ts";
import { WHOLE_LINE_BYTES, withoutReturn, type Found } from "../../shared/workspace/ripgrep-records.ts";
import type { OpenFile } from "../../shared/workspace/workspace.ts";

/** UTF-16 files are searched as UTF-8, so they are converted whole; larger ones are not. */
const CONVERTED_BYTES = 64 * 1024 * 1024;
const WINDOW_BYTES = 16 * 1024;
/** Characters of one line in an answer. */
const SHOWN_CHARACTERS = 400;

/** One line as it is shown: its number, and whether it matches or stands beside a match. */
export interface ShownLine {
  readonly line: number;
  readonly text: string;
  readonly match: boolean;
}

/** A file opened through the door, against which ripgrep's claims are checked; what is shown comes from here. */
export class VerifiedFile {
  readonly #read: TextFile["read"];
  readonly #start: number;
  readonly #size: number;

  private constructor(size: number, start: number, read: TextFile["read"]) {
    this.#size = size;
    this.#start = start;
    this.#read = read;
  }

  /** The caller closes the file. */
  static async of(file: OpenFile): Promise<VerifiedFile | undefined> {
    const text = await openText(file);
    const { encoding = "latin-1", bom = 0 } = text.format ?? {};
    if (!encoding.startsWith("utf-16")) return new VerifiedFile(text.size, bom, text.read);
    if (text.size > CONVERTED_BYTES) return undefined;
    const converted = Buffer.from(decodeText(await text.read(bom, text.size), encoding));
    const read: TextFile["read"] = async (position, length) =>
      converted.subarray(position, position + length);
    return new VerifiedFile(converted.length, 0, read);
  }

  /** True when the line that ripgrep claims stands exactly there. */
  async holds(found: Found): Promise<boolean> {
    const { bytes, ends } = await this.#lineAt(found.offset);
    if (bytes === undefined) return false;
    if (found.text.equals(bytes)) return true;
    const note = found.text.lastIndexOf(" [... ");
    const isCut = !ends || bytes.length > WHOLE_LINE_BYTES;
    return isCut && note !== -1 && bytes.subarray(0, note).equals(found.text.subarray(0, note));
  }

  /** The line of a match that `holds`, with `context` lines on each side of it. */
  async show(found: Found, context: number): Promise<ShownLine[]> {
    const { bytes = Buffer.alloc(0), ends } = await this.#lineAt(found.offset);
    const shown: ShownLine = { line: found.line, text: await this.#cut(found, bytes), match: true };
    if (context === 0) return [shown];
    const before = await this.#before(found, context);
    const after = ends ? await this.#after(found, context) : [];
    return [...before, shown, ...after];
  }

  /** The line that begins at an offset, or its first 16 KiB; nothing when no line begins there. */
  async #lineAt(offset: number): Promise<{ readonly bytes?: Buffer; readonly ends: boolean }> {
    const position = this.#start + offset;
    if (position >= this.#size) return { ends: false };
    if (offset > 0 && (await this.#read(position - 1, 1))[0] !== 10) return { ends: false };
    const window = await this.#read(position, WINDOW_BYTES);
    const end = window.indexOf(10);
    if (end !== -1) return { bytes: withoutReturn(window.subarray(0, end)), ends: true };
    return { bytes: withoutReturn(window), ends: position + window.length >= this.#size };
  }

  /** A line that is too long is shown around its match. */
  async #cut({ offset, column }: Found, line: Buffer): Promise<string> {
    if (line.length <= SHOWN_CHARACTERS) return textOf(line);
    const from = Math.max(0, column - 1 - SHOWN_CHARACTERS / 4);
    const part = await this.#read(this.#start + offset + from, SHOWN_CHARACTERS);
    const end = part.indexOf(10);
    const bytes = end === -1 ? part : withoutReturn(part.subarray(0, end));
    return `${from > 0 ? "…" : ""}${partOf(bytes)}${end === -1 ? "…" : ""}`;
  }

  async #before({ offset, line }: Found, count: number): Promise<ShownLine[]> {
    const length = Math.min(WINDOW_BYTES, offset);
    const bytes = await this.#read(this.#start + offset - length, length);
    if (length === 0) return [];
    const lines = linesOf(bytes.subarray(0, -1));
    // The first line of the window is whole only when the window begins where the file does.
    const whole = lines.slice(offset > length ? 1 : 0).slice(-count);
    return whole.map((text, index) => ({ line: line - whole.length + index, text, match: false }));
  }

  async #after({ offset, line }: Found, count: number): Promise<ShownLine[]> {
    const position = this.#start + offset;
    const window = await this.#read(position, 2 * WINDOW_BYTES);
    const from = window.indexOf(10) + 1;
    if (from === 0 || from === window.length) return [];
    const closed = window.at(-1) === 10 ? window.subarray(0, -1) : window;
    const lines = linesOf(closed.subarray(from)).slice(0, count);
    return lines.map((text, index) => ({ line: line + 1 + index, text, match: false }));
  }
}

function linesOf(bytes: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at <= bytes.length;) {
    const end = bytes.indexOf(10, at);
    const line = withoutReturn(bytes.subarray(at, end === -1 ? bytes.length : end));
    lines.push(
      line.length > SHOWN_CHARACTERS ? `${partOf(line.subarray(0, SHOWN_CHARACTERS))}…` : textOf(line),
    );
    at = end === -1 ? bytes.length + 1 : end + 1;
  }
  return lines;
}

function textOf(line: Buffer): string {
  return line.toString(isUtf8(line) ? "utf8" : "latin1");
}

/** A part of a line as text, without the characters of UTF-8 that were cut at its ends. */
function partOf(bytes: Buffer): string {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  const whole = bytes.subarray(start, completeLength(bytes));
  return isUtf8(whole) ? whole.toString("utf8") : bytes.toString("latin1");
}
