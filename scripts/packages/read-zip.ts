import { inflateRawSync } from "node:zlib";
import type { Entry } from "./entry.ts";

const END = 0x06_05_4b_50;
const CENTRAL = 0x02_01_4b_50;
const LOCAL = 0x04_03_4b_50;
const UNIX_LINK = 0o12;

/** The regular files of a zip archive (jar, wheel), stored or deflated. Throws for zip64, encryption and broken archives. */
export function* readZip(zip: Buffer): Generator<Entry> {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  if (count === 0xff_ff || at === 0xff_ff_ff_ff) throw new Error("zip64 archives are not read");
  for (let index = 0; index < count; index++) {
    if (zip.readUInt32LE(at) !== CENTRAL) throw new Error("the archive's list of files is broken");
    const nameBytes = zip.readUInt16LE(at + 28);
    const path = zip.toString("utf8", at + 46, at + 46 + nameBytes);
    if (!path.endsWith("/") && !isLink(zip, at)) yield entryAt(zip, at, path);
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}

function findEnd(zip: Buffer): number {
  const lowest = Math.max(0, zip.length - 22 - 0xff_ff);
  for (let at = zip.length - 22; at >= lowest; at--) {
    if (zip.readUInt32LE(at) === END) return at;
  }
  throw new Error("not a zip archive");
}

/** The upper half of the outer attributes is a Unix mode in archives made there. */
function isLink(zip: Buffer, central: number): boolean {
  return zip.readUInt32LE(central + 38) >>> 28 === UNIX_LINK;
}

function entryAt(zip: Buffer, central: number, path: string): Entry {
  const bytes = zip.readUInt32LE(central + 24);
  return { path, bytes, read: () => content(zip, central, bytes) };
}

function content(zip: Buffer, central: number, bytes: number): Buffer {
  const local = zip.readUInt32LE(central + 42);
  if (zip.readUInt32LE(local) !== LOCAL) throw new Error("a file of the archive is not where its list says");
  if ((zip.readUInt16LE(central + 8) & 1) === 1) throw new Error("encrypted archives are not read");
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + zip.readUInt32LE(central + 20));
  const method = zip.readUInt16LE(central + 10);
  if (method === 0) return packed;
  if (method !== 8) throw new Error(`compression ${method} is not read`);
  // The declared size is a promise: a file that unpacks to more is a bomb.
  return inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) });
}
