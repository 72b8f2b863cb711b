import type { PromiseFsClient } from "isomorphic-git";
import { ToolError } from "../../../../shared/errors.ts";
import type { GitFiles } from "../../../../shared/git/git-files.ts";
import { needsGit } from "./needs-git.ts";

/** Packs are held whole while a call runs. */
const MAX_PACK = 192 * 1024 * 1024;
const MAX_HELD = 256 * 1024 * 1024;
const MAX_OTHER = 32 * 1024 * 1024;

/**
 * The objects of one repository as isomorphic-git wants to see them, for one call: only reading, links that lead
 * outside the roots closed, bounded. What it looks at again and again is remembered.
 */
export function embeddedFs(files: GitFiles, objectsDir: string): PromiseFsClient {
  const names = new Map<string, Promise<readonly string[] | undefined>>();
  let held = 0;
  const namesIn = (folder: string): Promise<readonly string[] | undefined> => {
    const known = names.get(folder) ?? list(files, folder);
    names.set(folder, known);
    return known;
  };
  return {
    promises: {
      async readFile(path: string): Promise<Buffer> {
        const slash = path.lastIndexOf("/");
        if (!path.startsWith(`${objectsDir}/`)) throw errno("EACCES", path);
        if ((await namesIn(path.slice(0, slash)))?.includes(path.slice(slash + 1)) !== true)
          throw errno("ENOENT", path);
        const most = path.endsWith(".pack") || path.endsWith(".idx") ? MAX_PACK : MAX_OTHER;
        const { size = 0 } = (await files.stat(path)) ?? {};
        if (most === MAX_PACK) held += size;
        if (size > most || held > MAX_HELD) throw tooLarge();
        const bytes = await files.bytes(path, most);
        if (bytes === undefined) throw errno("ENOENT", path);
        return bytes;
      },
      async readdir(path: string): Promise<string[]> {
        const found = await namesIn(path);
        if (found === undefined) throw errno("ENOENT", path);
        return [...found];
      },
      // it only asks whether the git folder is one, and that was looked at
      stat: () => Promise.resolve(FOLDER),
      lstat: () => Promise.resolve(FOLDER),
      ...WRITING,
    },
  };
}

async function list(files: GitFiles, folder: string): Promise<readonly string[] | undefined> {
  if ((await files.stat(folder)) === undefined) return undefined;
  return (await files.entries(folder))?.map(({ name }) => name);
}

const FOLDER = { isDirectory: () => true, isFile: () => false, isSymbolicLink: () => false };

const refuse = (path: unknown): Promise<never> => Promise.reject(errno("EROFS", String(path)));
const WRITING = {
  writeFile: refuse,
  unlink: refuse,
  mkdir: refuse,
  rmdir: refuse,
  readlink: refuse,
  symlink: refuse,
};

function errno(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

function tooLarge(): ToolError {
  const { message, hint = "" } = needsGit("a repository with packs of more than 192 MiB");
  return new ToolError("too_large", message, { hint });
}
