import { randomBytes } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isErrno } from "../errors.ts";

/** What is wrong with a place, and the one command that mends it. */
export interface PlaceProblem {
  readonly what: string;
  readonly mend: string;
}

/** Makes a private folder when it is missing, and tries to write in it. Nothing when all is well. */
export async function checkPrivateFolder(folder: string): Promise<PlaceProblem | undefined> {
  const probe = join(folder, `.probe-${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(probe, "", { flag: "wx", mode: 0o600 });
    await rm(probe);
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : "";
    return {
      what: `${folder} cannot be written (${why})`,
      mend: `mkdir -p '${folder}' && chmod 700 '${folder}'`,
    };
  }
  return (await isPrivate(folder))
    ? undefined
    : { what: `others can look into ${folder}`, mend: `chmod 700 '${folder}'` };
}

/** Nothing when the file is missing, or nobody else can read it. */
export async function checkPrivateFile(file: string): Promise<PlaceProblem | undefined> {
  if (!(await exists(file)) || (await isPrivate(file))) return undefined;
  return { what: `others can read ${file}`, mend: `chmod 600 '${file}'` };
}

/** True when something stands there that can be looked at. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP")) return false;
    throw error;
  }
}

/** Windows has no such bits; a profile's folders are private by their access lists. */
async function isPrivate(path: string): Promise<boolean> {
  return process.platform === "win32" || ((await stat(path)).mode & 0o077) === 0;
}
