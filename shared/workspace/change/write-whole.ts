import { write, writeSync } from "node:fs";
import { promisify } from "node:util";

const writeLater = promisify(write);
/** Bytes that are written at once: the way through a thread would take longer. */
const AT_ONCE = 65_536;

/** Writes all of it where the file stands, or throws: a full disk may take a part without an error. */
function writeWhole(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}

/** As `writeWhole`, giving way to others when there is much to write. */
export async function writeWholeLater(fd: number, bytes: Buffer): Promise<void> {
  if (bytes.length <= AT_ONCE) return writeWhole(fd, bytes);
  for (let at = 0; at < bytes.length;) {
    at += (await writeLater(fd, bytes, at, bytes.length - at)).bytesWritten;
  }
}
