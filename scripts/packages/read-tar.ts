import type { Entry } from "./entry.ts";

const BLOCK = 512;

interface Header {
  readonly path: string;
  readonly bytes: number;
  readonly type: string;
}

/**
 * The regular files of a tar archive (ustar, GNU long names, pax paths and sizes). Links are left out: a package's
 * sources do not need them, and nothing can then be written through one. Throws when the archive ends too soon.
 */
export function* readTar(tar: Buffer): Generator<Entry> {
  let next: { path?: string; bytes?: number } = {};
  for (let at = 0; at + BLOCK <= tar.length;) {
    const plain = readHeader(tar.subarray(at, at + BLOCK));
    if (plain === undefined) return;
    const header = { ...plain, ...next };
    const start = at + BLOCK;
    const content = tar.subarray(start, start + header.bytes);
    if (content.length < header.bytes) throw new Error("the archive ends too soon");
    at = start + Math.ceil(header.bytes / BLOCK) * BLOCK;
    next = readExtension(header.type, content) ?? {};
    if (isFile(header)) yield { path: header.path, bytes: header.bytes, read: () => content };
  }
}

function isFile({ type, path }: Header): boolean {
  return (type === "0" || type === "\0" || type === "7") && !path.endsWith("/");
}

function readHeader(block: Buffer): Header | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const prefix = block.toString("latin1", 257, 262) === "ustar" ? text(block.subarray(345, 500)) : "";
  const name = text(block.subarray(0, 100));
  return {
    path: prefix === "" ? name : `${prefix}/${name}`,
    bytes: readSize(block.subarray(124, 136)),
    type: block.toString("latin1", 156, 157),
  };
}

/** Octal digits, or from the first bit set on a binary number, as GNU tar writes sizes over 8 GiB. */
function readSize(field: Buffer): number {
  const size =
    (field[0] ?? 0) >= 0x80 ? field.readUIntBE(6, 6) : Number.parseInt(text(field).trim() || "0", 8);
  if (!Number.isSafeInteger(size) || size < 0) throw new Error("a size in the archive is no number");
  return size;
}

/** What a GNU long name or a pax header says of the entry after it; undefined for any other entry. */
function readExtension(type: string, content: Buffer): { path?: string; bytes?: number } | undefined {
  if (type === "L") return { path: text(content) };
  if (type !== "x") return undefined;
  const found: { path?: string; bytes?: number } = {};
  for (const [key, value] of paxRecords(content)) {
    if (key === "path") found.path = value;
    if (key === "size" && /^\d{1,15}$/u.test(value)) found.bytes = Number(value);
  }
  return found;
}

/** Records are `length key=value\n`, where the length counts the whole record in bytes. */
function* paxRecords(content: Buffer): Generator<readonly [string, string]> {
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(" ", at);
    const length = Number(content.toString("latin1", at, space));
    if (space < 0 || !(length > space - at)) return;
    const record = content.toString("utf8", space + 1, at + length - 1);
    const equals = record.indexOf("=");
    yield [record.slice(0, equals), record.slice(equals + 1)];
    at += length;
  }
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? field.length : end);
}
