import { createHash } from "node:crypto";
import { closeSync, constants, createReadStream, fstatSync, openSync, readFileSync } from "node:fs";
import { isErrno } from "../../errors.ts";
import { decodeText, detectFormat } from "../text-file-format.ts";
import { pathOf, type Spot } from "./folder.ts";

/** Larger files are not read to compare them. */
const HASHED_BYTES = 64 * 1024 * 1024;
/** Larger texts are not shown. */
const SHOWN_BYTES = 1024 * 1024;
// Windows has neither of the two flags; undefined counts as 0
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** 16 hexadecimal digits of the SHA-256 of a file of up to 64 MiB; nothing for anything else. */
export async function hashAt(spot: Spot): Promise<string | undefined> {
  const fd = openFile(spot, HASHED_BYTES);
  if (fd === undefined) return undefined;
  const hash = createHash("sha256");
  for await (const piece of createReadStream("", { fd }) as AsyncIterable<Buffer>) hash.update(piece);
  return hash.digest("hex").slice(0, 16);
}

/** The text of a file of up to 1 MiB; nothing for anything else. */
export function textAt(spot: Spot): string | undefined {
  const fd = openFile(spot, SHOWN_BYTES);
  if (fd === undefined) return undefined;
  try {
    const bytes = readFileSync(fd);
    const format = detectFormat(bytes, true);
    return format && decodeText(bytes.subarray(format.bom), format.encoding);
  } finally {
    closeSync(fd);
  }
}

/** What stands there, if it is a regular file of up to so many bytes; a link is not followed. */
function openFile(spot: Spot, most: number): number | undefined {
  let fd: number;
  try {
    fd = openSync(pathOf(spot), READ);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ELOOP", "ENXIO", "EACCES", "EISDIR")) return undefined;
    throw error;
  }
  const stats = fstatSync(fd);
  if (stats.isFile() && stats.size <= most) return fd;
  closeSync(fd);
  return undefined;
}
