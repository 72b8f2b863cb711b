/** One line that ripgrep says it found. Only a claim: ripgrep opens files by path, so it may have been led astray. */
export interface Found {
  /** Relative to the searched directory, `/`-separated; `<stdin>` when a file was given as standard input. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** Of the first match in the line, in bytes, from 1. */
  readonly column: number;
  /** Where the line begins, in bytes of the text as UTF-8 without a mark. */
  readonly offset: number;
  /** The line without its end, or its first part. */
  readonly text: Buffer;
}

/** Lines up to this many bytes come whole, longer ones as their first 512 characters and a note. */
export const WHOLE_LINE_BYTES = 512;

/** A record without an end that is longer than this is no record. */
const MAX_RECORD = 1024 * 1024;
/** ripgrep's words about a file that turned out to be binary; they stand where a path would. */
const NOTICE = /^[^\n]*: (?:WARNING: stopped searching binary file|binary file matches) [^\n]*\n/;

/** Takes ripgrep's output apart: `path NUL line:column:offset:text LF`, in chunks that end anywhere. */
export class RecordReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The records that are whole with this chunk. */
  push(chunk: Buffer): Found[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const found: Found[] = [];
    let at = 0;
    for (;;) {
      const nul = bytes.indexOf(0, at);
      const end = nul === -1 ? -1 : bytes.indexOf(10, nul);
      if (end === -1) break;
      const record = parse(bytes.toString("utf8", at, nul), bytes.subarray(nul + 1, end));
      if (record !== undefined) found.push(record);
      at = end + 1;
    }
    const rest = bytes.subarray(at);
    this.#rest = rest.length > MAX_RECORD ? Buffer.alloc(0) : rest;
    return found;
  }
}

function parse(start: string, rest: Buffer): Found | undefined {
  const path = start.replace(NOTICE, "").replaceAll("\\", process.platform === "win32" ? "/" : "\\");
  const line = rest.indexOf(58);
  const column = rest.indexOf(58, line + 1);
  const offset = rest.indexOf(58, column + 1);
  if (line === -1 || column === -1 || offset === -1) return undefined;
  const numbers = rest.toString("latin1", 0, offset).split(":").map(Number);
  const [lineNumber = NaN, columnNumber = NaN, position = NaN] = numbers;
  if (!numbers.every(Number.isSafeInteger)) return undefined;
  return {
    path: path.startsWith("./") ? path.slice(2) : path,
    line: lineNumber,
    column: columnNumber,
    offset: position,
    text: withoutReturn(rest.subarray(offset + 1)),
  };
}

/** A line without the carriage return at its end. */
export function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === 13 ? line.subarray(0, -1) : line;
}
