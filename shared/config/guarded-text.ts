import { isUtf8 } from "node:buffer";
import { type Stats, constants } from "node:fs";
import { type FileHandle, lstat, open, realpath } from "node:fs/promises";
import { join } from "node:path";
import { StartupError, isErrno } from "../errors.ts";

const MAX_BYTES = 256 * 1024;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;
const S_IWOTH = 0o002;

/**
 * Text of a file of the person's own; a link is followed, since it is theirs. Nothing when there is none. Throws
 * `StartupError` in one line for what is no regular file, larger than 256 KiB, not UTF-8, or not readable.
 */
export async function readUserText(file: string): Promise<string | undefined> {
  return readFrom(file, () => open(file, O_RDONLY | O_NONBLOCK));
}

/** The same for a file that runs programs: it also has to belong to this user or root, and others may not write it. */
export async function readOwnedText(file: string): Promise<string | undefined> {
  return readFrom(file, () => open(file, O_RDONLY | O_NONBLOCK), whoseElse);
}

/**
 * Text of `folder/name` in a project, which a stranger may have written: `folder` (absolute) and the file are reached
 * without following a link. Nothing when there is none; throws `StartupError` as above, and for a link.
 */
export async function readProjectText(folder: string, name: string): Promise<string | undefined> {
  return readFrom(join(folder, name), () => openWithoutLinks(folder, name));
}

async function openWithoutLinks(folder: string, name: string): Promise<FileHandle> {
  if (process.platform !== "linux") return openCompared(folder, join(folder, name));
  await using handle = await open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  // relative to the handle: the folder cannot be swapped for a link in between
  return await open(`/proc/self/fd/${handle.fd}/${name}`, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
}

async function openCompared(folder: string, file: string): Promise<FileHandle> {
  if ((await lstat(folder)).isSymbolicLink()) throw linked(file);
  const handle = await open(file, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
  const [opened, named, real] = await Promise.all([handle.stat(), lstat(file), realpath(folder)]);
  if (opened.ino === named.ino && opened.dev === named.dev && (await realpath(file)).startsWith(real))
    return handle;
  await handle.close();
  throw linked(file);
}

async function readFrom(
  file: string,
  open: () => Promise<FileHandle>,
  refuse: (stat: Stats) => string | undefined = () => undefined,
): Promise<string | undefined> {
  try {
    await using handle = await open();
    const stat = await handle.stat();
    if (!stat.isFile()) throw new StartupError(`${file} is not a regular file; configuration must be one`);
    const reason = refuse(stat);
    if (reason !== undefined) throw new StartupError(`${file} ${reason}`);
    if (stat.size > MAX_BYTES) throw new StartupError(`${file} is larger than ${MAX_BYTES / 1024} KiB`);
    const buffer = Buffer.alloc(MAX_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, MAX_BYTES, 0);
    const bytes = buffer.subarray(0, bytesRead);
    if (!isUtf8(bytes)) throw new StartupError(`${file} is not UTF-8 text`);
    return bytes.toString("utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    if (isErrno(error, "ELOOP", "ENOTDIR", "EMLINK")) throw linked(file);
    if (isErrno(error, "EACCES", "EPERM", "EISDIR", "ENXIO"))
      throw new StartupError(`${file} cannot be read: check its owner and mode`);
    throw error;
  }
}

/** Windows has neither; a profile's folders are private by their access lists. */
function whoseElse({ uid, mode }: Stats): string | undefined {
  if (process.getuid === undefined) return undefined;
  if (uid !== 0 && uid !== process.getuid()) return "belongs to another user, so its commands are not run";
  return (mode & S_IWOTH) === 0 ? undefined : "can be written by every user: chmod o-w it";
}

function linked(file: string): StartupError {
  return new StartupError(
    `${file} is reached through a link or something that is no folder; it must be a plain file`,
  );
}
