import { randomBytes } from "node:crypto";
import {
  closeSync,
  fdatasync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { isErrno } from "../errors.ts";

/** The file that is written; full ones beside it are called `audit-<when>-....jsonl`. */
export const CURRENT = "audit.jsonl";

const NEWLINE = 10;
const syncLater = promisify(fdatasync);

/** Where a project's audit lies. */
export function auditFolder(stateFolder: string, project: string): string {
  return join(stateFolder, "audit", project);
}

/**
 * Appends whole lines in one write, so that lines of several processes never mix, and returns the file's size. All
 * but the sync is synchronous: a way through a thread takes longer than the few lines. With `sync` they are on the
 * disk when it resolves. Throws the operating system's error.
 */
export async function appendLines(folder: string, lines: string, sync: boolean): Promise<number> {
  const fd = openCurrent(folder);
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.from(`${endsWithNewline(fd, size) ? "" : "\n"}${lines}`);
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    if (sync) await syncLater(fd);
    return size + bytes.length;
  } finally {
    closeSync(fd);
  }
}

/**
 * Sets a full file aside and removes the oldest beyond `keep`. The new name is unique, so two processes that
 * rotate at once can at worst set aside a young file; no rename ever overwrites one.
 */
export async function rotate(folder: string, options: { maxBytes: number; keep: number }): Promise<void> {
  const current = join(folder, CURRENT);
  const aside = `audit-${new Date().toISOString().replace(/[:.]/gu, "-")}-${orderWithin()}.jsonl`;
  try {
    // Synchronous, so that nearly no time is left for another process between the look and the rename.
    if (statSync(current).size < options.maxBytes) return;
    renameSync(current, join(folder, aside));
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
  const full = await fullFiles(folder);
  for (const name of full.slice(0, Math.max(0, full.length - options.keep))) {
    await rm(join(folder, name), { force: true });
  }
}

/** The names of the files that were set aside, oldest first; none when there is no folder. */
export async function fullFiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => /^audit-.+\.jsonl$/u.test(name)).sort();
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}

/** Sorts the files that one process sets aside in one millisecond, and keeps two processes apart. */
function orderWithin(): string {
  const nanoseconds = process.hrtime.bigint() % 1_000_000_000_000n;
  return `${String(nanoseconds).padStart(12, "0")}-${randomBytes(3).toString("hex")}`;
}

function openCurrent(folder: string): number {
  const path = join(folder, CURRENT);
  try {
    return openSync(path, "a+", 0o600);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return openSync(path, "a+", 0o600);
  }
}

/** False after a write that a full disk or a crash cut: the next line must not be glued to it. */
function endsWithNewline(fd: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return size === 0 || (readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === NEWLINE);
}
