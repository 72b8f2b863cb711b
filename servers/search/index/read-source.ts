import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import type { EntryStat } from "../../../shared/workspace/entry.ts";
import { ToolError } from "../../../shared/errors.ts";
import { decodeText, detectFormat, type TextFormat } from "../../../shared/workspace/text-file-format.ts";
import type { OpenFile } from "../../../shared/workspace/workspace.ts";
import type { FileRole, FileStamp, SkipReason } from "../store/shapes.ts";
import { locateIn, mayIndex, type Ground } from "./ground.ts";
import { HEAD_CHARS, roleOf } from "./roles.ts";

/** What the disk holds at a path, for the index. `gone`: no regular file, or one that a link leads to. */
export type Source =
  | {
      readonly kind: "text";
      readonly path: string;
      readonly text: string;
      readonly stamp: FileStamp;
      readonly role: FileRole;
    }
  | {
      readonly kind: "skip";
      readonly path: string;
      readonly stamp: Partial<FileStamp>;
      readonly why: SkipReason;
    }
  | { readonly kind: "gone"; readonly path: string };

const BINARY_HEAD = 8_000;
const MINIFIED_BYTES = 5_000;
const MINIFIED_LINE = 300;
/** Text by its bytes, and nothing that anybody would search for. */
const NO_TEXT = /\.(?:svg|map)$/iu;
/** A file that changes twice within one tick of the clock looks the same after it. */
const TICK_MS = 20;
const COARSE_TICK_MS = 2_000;
/** The stamp of such a file is no proof that it did not change. */
const UNSETTLED = "0";

/** Reads a file as it is now. `maxBytes`: larger ones are skipped. */
export async function readSource(ground: Ground, path: string, maxBytes: number): Promise<Source> {
  if (!mayIndex(ground, path)) return { kind: "skip", path, stamp: {}, why: "secret" };
  try {
    await using file = await ground.workspace.openFile(locateIn(ground, path), ground.access);
    if (file.place.relative !== path) return { kind: "gone", path };
    return await sourceOf(file, path, maxBytes);
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
    return failed(path, error);
  }
}

/** How the index remembers when a file was changed: times of whole microseconds, which is what we are told. */
export function stampTime({ mtimeMs }: Pick<EntryStat, "mtimeMs">): string {
  return `${Math.round(mtimeMs * 1_000)}000`;
}

async function sourceOf(file: OpenFile, path: string, maxBytes: number): Promise<Source> {
  const { size } = file.stat;
  const mtimeNs = isSettled(file.stat) ? stampTime(file.stat) : UNSETTLED;
  const skip = (why: SkipReason): Source => ({ kind: "skip", path, stamp: { size, mtimeNs }, why });
  if (size > maxBytes) return skip("too_large");
  if (NO_TEXT.test(path)) return skip("no_text");
  const head = await file.read(0, Math.min(size, BINARY_HEAD));
  const format = detectFormat(head, size <= BINARY_HEAD);
  // a few bytes with zeros among them look like UTF-16 easily: only a mark tells
  if (format === undefined || (format.bom === 0 && head.includes(0))) return skip("binary");
  const bytes = size <= BINARY_HEAD ? head : await file.read(0, size);
  const text = decode(bytes, format);
  if (isMinified(text)) return skip("minified");
  const role = roleOf(path, text.slice(0, HEAD_CHARS));
  return { kind: "text", path, text, stamp: { size: bytes.length, mtimeNs, hash: blobId(bytes) }, role };
}

function failed(path: string, { code }: ToolError): Source {
  if (code === "denied") return { kind: "skip", path, stamp: {}, why: "secret" };
  // not found, or no regular file any more
  if (code === "not_found" || code === "invalid_input") return { kind: "gone", path };
  return { kind: "skip", path, stamp: {}, why: "unreadable" };
}

function isSettled({ mtimeMs }: EntryStat): boolean {
  const tick = mtimeMs % 1_000 === 0 ? COARSE_TICK_MS : TICK_MS;
  return Date.now() - mtimeMs > tick;
}

/** What is no UTF-8 further on is read byte by byte, so that nothing of it is lost. */
function decode(bytes: Buffer, { encoding, bom }: TextFormat): string {
  const text = bytes.subarray(bom);
  return decodeText(text, encoding === "utf-8" && !isUtf8(text) ? "latin-1" : encoding);
}

function isMinified(text: string): boolean {
  if (text.length <= MINIFIED_BYTES) return false;
  let lines = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines += 1;
  return text.length / lines > MINIFIED_LINE;
}

/** As git names these bytes. */
export function blobId(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
