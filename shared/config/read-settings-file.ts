import { constants } from "node:fs";
import { type FileHandle, lstat, open, realpath } from "node:fs/promises";
import { join } from "node:path";
import { StartupError, isErrno } from "../errors.ts";

const MAX_BYTES = 256 * 1024;
const PROJECT_FILE = join(".plumbline", "config.json");
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;

export interface SettingsFile {
  readonly file: string;
  readonly value: unknown;
}

/** The person's own file; a link is followed, since it is theirs. Nothing when there is none. Throws `StartupError`. */
export async function readUserFile(configFolder: string): Promise<SettingsFile | undefined> {
  const file = join(configFolder, "config.json");
  return readFrom(() => open(file, O_RDONLY | O_NONBLOCK), file);
}

/**
 * A project's file, which a stranger may have written: a regular file, reached without following a link,
 * at most 256 KiB. Nothing when there is none; throws `StartupError` for anything else that stands there.
 */
export async function readProjectFile(root: string): Promise<SettingsFile | undefined> {
  const file = join(root, PROJECT_FILE);
  return readFrom(() => openWithoutLinks(root, file), file);
}

async function openWithoutLinks(root: string, file: string): Promise<FileHandle> {
  const folder = join(root, ".plumbline");
  if (process.platform !== "linux") return openCompared(folder, file);
  await using handle = await open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  // relative to the handle: the folder cannot be swapped for a link in between
  return await open(`/proc/self/fd/${handle.fd}/config.json`, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
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

async function readFrom(open: () => Promise<FileHandle>, file: string): Promise<SettingsFile | undefined> {
  try {
    await using handle = await open();
    const stat = await handle.stat();
    if (!stat.isFile()) throw new StartupError(`${file} is not a regular file; configuration must be one`);
    if (stat.size > MAX_BYTES) throw new StartupError(`${file} is larger than ${MAX_BYTES / 1024} KiB`);
    const buffer = Buffer.alloc(MAX_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, MAX_BYTES, 0);
    return { file, value: await parse(file, buffer.toString("utf8", 0, bytesRead)) };
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    if (isErrno(error, "ELOOP", "ENOTDIR", "EMLINK")) throw linked(file);
    if (isErrno(error, "EACCES", "EPERM", "EISDIR", "ENXIO"))
      throw new StartupError(`${file} cannot be read: check its owner and mode`);
    throw error;
  }
}

async function parse(file: string, text: string): Promise<unknown> {
  // loaded only when there is a file: most servers start without one
  const { JsonProblem, parseJson } = await import("./parse-json.ts");
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new StartupError(`${file}:${error.line}:${error.column}: ${error.message}`);
  }
}

function linked(file: string): StartupError {
  return new StartupError(
    `${file} is reached through a link or something that is no folder; it must be a plain file`,
  );
}
