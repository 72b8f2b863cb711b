import { Readable } from "node:stream";

/** Bytes that one line may hold before it is passed on unseen; the SDK refuses it there. */
const LONGEST_LINE = 10 * 1024 * 1024;
const NEWLINE = 10;

/**
 * Shows each line to `take`; those that it does not take come out of the stream that is returned, byte for byte,
 * and that ends and fails as the source does.
 */
export function siftLines(source: Readable, take: (line: string) => boolean): Readable {
  const rest = new Readable({ read() {} });
  const begun = new BegunLine();
  const add = (chunk: Buffer): void => {
    const bytes = begun.append(chunk);
    if (bytes === undefined) return;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      if (!take(bytes.toString("utf8", start, end))) rest.push(bytes.subarray(start, end + 1));
      start = end + 1;
    }
    if (bytes.length - start > LONGEST_LINE) rest.push(bytes.subarray(start));
    else if (start < bytes.length) begun.append(bytes.subarray(start));
  };
  const end = (): void => void rest.push(null);
  source.on("data", add).on("end", end).on("close", end);
  source.on("error", (error) => rest.destroy(error));
  if (source.readableEnded || source.destroyed) end();
  return rest;
}

/** What came of a line whose end did not come yet. */
class BegunLine {
  #parts: Buffer[] = [];
  #size = 0;

  /** Everything since the last whole line, once there is a line end in it or too much of it; it is kept here no more. */
  append(chunk: Buffer): Buffer | undefined {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    if (this.#size <= LONGEST_LINE && !chunk.includes(NEWLINE)) return undefined;
    const bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return bytes;
  }
}
