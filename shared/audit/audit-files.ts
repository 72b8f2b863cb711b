import { randomBytes } from "node:crypto";
import { renameSync, statSync } from "node:fs";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { isErrno } from "../errors.ts";

/** The file that is written; full ones beside it are called `audit-<when>-....jsonl`. */
export const CURRENT = "audit.jsonl";

const NEWLINE = 10;

/** Where a project's audit lies. */
export function auditFolder(stateFolder: string, project: string): string {
  return join(stateFolder, "audit", project);
}

/**
 * Appends whole lines in one write, so that lines of several processes never mix, and returns the file's size.
 * With `sync` they are on the disk when it resolves. Throws the operating system's error.
 */
export async function appendLines(folder: string, lines: string, sync: boolean): Promise<number> {
  await using file = await openCurrent(folder);
  const { size } = await file.stat();
  const start = size > 0 && !(await endsWithNewline(file, size)) ? "\n" : "";
  const bytes = Buffer.from(start + lines);
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
  if (sync) await file.datasync();
  return size + bytes.length;
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

async function openCurrent(folder: string): Promise<FileHandle> {
  const path = join(folder, CURRENT);
  try {
    return await open(path, "a+", 0o600);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await open(path, "a+", 0o600);
  }
}

/** False after a write that a full disk or a crash cut: the next line must not be glued to it. */
async function endsWithNewline(file: FileHandle, size: number): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] === NEWLINE;
}
