import { isAscii, isUtf8 } from "node:buffer";

/** How the bytes of a text are to be read. `bom` is the number of bytes before the text begins. */
export interface TextFormat {
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be" | "latin-1";
  readonly bom: number;
}

/** The first bytes of a file that decide what it is. */
export const HEAD_BYTES = 64 * 1024;

/**
 * The format of a text by its first bytes, or `undefined` for what is no text. `whole` says that `head` is all
 * there is, so that a character cut at its end is a fault and not a matter of where the head ends.
 */
export function detectFormat(head: Buffer, whole: boolean): TextFormat | undefined {
  const marked = byMark(head);
  if (marked !== undefined) return marked;
  if (head.includes(0)) return detectUtf16(head);
  const complete = whole ? head : head.subarray(0, completeLength(head));
  if (isUtf8(complete)) return { encoding: "utf-8", bom: 0 };
  return looksWritten(head.toString("latin1")) ? { encoding: "latin-1", bom: 0 } : undefined;
}

/** The text of bytes that begin and end at whole characters. */
export function decodeText(bytes: Buffer, encoding: TextFormat["encoding"]): string {
  // ASCII is both, and is copied instead of decoded when it is called latin-1.
  if (encoding === "utf-8") return bytes.toString(isAscii(bytes) ? "latin1" : "utf8");
  if (encoding === "latin-1") return bytes.toString("latin1");
  if (encoding === "utf-16le") return bytes.toString("utf16le");
  const even = bytes.length - (bytes.length % 2);
  return Buffer.from(bytes.subarray(0, even)).swap16().toString("utf16le");
}

/** How many bytes a text takes in its file. */
export function encodedLength(text: string, encoding: TextFormat["encoding"]): number {
  if (encoding === "utf-8") return Buffer.byteLength(text);
  return encoding === "latin-1" ? text.length : text.length * 2;
}

/** The most bytes that one character of a JavaScript string can take. */
export function widestCharacter(encoding: TextFormat["encoding"]): number {
  return { "utf-8": 3, "utf-16le": 2, "utf-16be": 2, "latin-1": 1 }[encoding];
}

/** How many of the bytes remain when a UTF-8 character that is cut at their end is left out. */
export function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return back < lengthOfSequence(byte) ? bytes.length - back : bytes.length;
    if (byte < 0x80) return bytes.length;
  }
  return bytes.length;
}

function lengthOfSequence(first: number): number {
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}

function byMark(head: Buffer): TextFormat | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: "utf-8", bom: 3 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: "utf-16be", bom: 2 };
  const little = head[0] === 0xff && head[1] === 0xfe;
  // Four bytes FF FE 00 00 mark UTF-32, which nobody writes and we do not read.
  return little && !(head[2] === 0 && head[3] === 0) ? { encoding: "utf-16le", bom: 2 } : undefined;
}

/** UTF-16 without a mark: zeros only in every other byte, and nothing but written characters. */
function detectUtf16(head: Buffer): TextFormat | undefined {
  const sample = head.subarray(0, Math.min(head.length - (head.length % 2), 4096));
  let even = 0;
  let odd = 0;
  for (let at = sample.indexOf(0); at !== -1; at = sample.indexOf(0, at + 1)) {
    if (at % 2 === 0) even += 1;
    else odd += 1;
  }
  if (even + odd === 0 || (even > 0 && odd > 0)) return undefined;
  const encoding = odd > 0 ? "utf-16le" : "utf-16be";
  const text = decodeText(sample, encoding);
  // The last character may be the first half of a pair that the sample cuts.
  return looksWritten(text) && !/\p{Surrogate}/u.test(text.slice(0, -1)) ? { encoding, bom: 0 } : undefined;
}

/** False for control characters that no text file holds. */
function looksWritten(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return !/[\u0000-\u0007\u000e-\u001a\u001c-\u001f\ufffe\uffff]/.test(text);
}
