import { constants, type Stats } from "node:fs";
import { copyFile, lstat, mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { randomBytes } from "node:crypto";
import { StartupError, isErrno } from "../../errors.ts";

const MAX_BYTES = 8 * 1024 * 1024;

/** A client's configuration as it was found. */
export interface ClientFile {
  /** Where it really is, links followed: a linked dotfile stays a link. */
  readonly path: string;
  /** Undefined when there is no file yet. */
  readonly text: string | undefined;
}

/** Reads a client's configuration file. Throws `StartupError` for anything that is no plain text file. */
export async function readClientFile(file: string): Promise<ClientFile> {
  const path = await target(file);
  const found = await statOf(path);
  if (found === undefined) return { path, text: undefined };
  if (!found.isFile()) throw new StartupError(`${file} is not a regular file`);
  if (found.size > MAX_BYTES) throw new StartupError(`${file} is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
  const bytes = await readFile(path);
  const text = bytes.toString("utf8");
  if (!Buffer.from(text).equals(bytes)) throw new StartupError(`${file} is not UTF-8 text`);
  return { path, text };
}

/**
 * Puts new text in place of what was read: a copy of the old file is kept beside it, the new one replaces it in
 * one step with the same mode. Returns the copy's path. Throws `StartupError` when the file changed meanwhile.
 */
export async function replaceClientFile(old: ClientFile, text: string): Promise<string | undefined> {
  if ((await readClientFile(old.path)).text !== old.text)
    throw new StartupError(
      `${old.path} was changed by somebody else meanwhile: nothing was written, try again`,
    );
  if (old.text === undefined) {
    await mkdir(dirname(old.path), { recursive: true });
    await write(old.path, text);
    return undefined;
  }
  const backup = `${old.path}.${stamp()}.bak`;
  await copyFile(old.path, backup, constants.COPYFILE_EXCL);
  await write(old.path, text);
  return backup;
}

/** Undoes `replaceClientFile`, unless somebody wrote the file since; says whether it did. */
export async function restoreClientFile(old: ClientFile, written: string): Promise<boolean> {
  if ((await readClientFile(old.path)).text !== written) return false;
  if (old.text === undefined) await rm(old.path);
  else await write(old.path, old.text);
  return true;
}

async function write(path: string, text: string): Promise<void> {
  const mode = (await statOf(path))?.mode ?? 0o600;
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await fill(temporary, text, mode & 0o777);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function fill(path: string, text: string, mode: number): Promise<void> {
  await using handle = await open(path, "wx", mode);
  await handle.writeFile(text);
  await handle.chmod(mode);
  await handle.sync();
}

async function target(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENOTDIR")) throw error;
  }
  if (await isLink(file)) throw new StartupError(`${file} is a link that leads nowhere`);
  return file;
}

async function isLink(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isSymbolicLink();
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

function stamp(): string {
  const now = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  return `${now}-${randomBytes(2).toString("hex")}`;
}
