/** How the bytes of a text are read: the encodings that files are found in. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "latin-1";

/**
 * Texts are edited as *units*: a string in which each character stands for exactly one byte of the file, or one pair
 * of bytes in UTF-16. So a place in the string is a place in the file, and whatever is not touched keeps its bytes,
 * valid or not. For ASCII and UTF-16 units look like the text; in UTF-8 every other character is several units.
 */
export function unitsOf(bytes: Buffer, encoding: Encoding): string {
  if (encoding === "utf-16le") return bytes.toString("utf16le");
  if (encoding !== "utf-16be") return bytes.toString("latin1");
  const even = bytes.length - (bytes.length % 2);
  return Buffer.from(bytes.subarray(0, even)).swap16().toString("utf16le");
}

/** A caller's text as units of such a file; `undefined` when the encoding cannot say it. */
export function toUnits(text: string, encoding: Encoding): string | undefined {
  if (encoding === "utf-8") return Buffer.from(text, "utf8").toString("latin1");
  // oxlint-disable-next-line no-control-regex -- latin-1 is exactly these
  if (encoding === "latin-1") return /^[\u0000-\u00ff]*$/u.test(text) ? text : undefined;
  return text;
}

/** The bytes that units stand for. */
export function bytesOf(units: string, encoding: Encoding): Buffer {
  if (encoding === "utf-16le") return Buffer.from(units, "utf16le");
  return encoding === "utf-16be" ? Buffer.from(units, "utf16le").swap16() : Buffer.from(units, "latin1");
}

/** Units as the text that people and models read; what is no valid UTF-8 shows as latin-1. */
export function shownText(units: string, encoding: Encoding): string {
  if (encoding !== "utf-8") return units;
  const bytes = Buffer.from(units, "latin1");
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") && !Buffer.from(text, "utf8").equals(bytes) ? units : text;
}

/** Bytes of one unit. */
export function unitWidth(encoding: Encoding): 1 | 2 {
  return encoding.startsWith("utf-16") ? 2 : 1;
}
