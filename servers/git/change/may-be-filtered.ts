import { dirname, join } from "node:path";
import { ToolError } from "../../../shared/errors.ts";
import type { GitFiles } from "../../../shared/git/git-files.ts";
import { settingOf, type Repository } from "../../../shared/git/repository.ts";
import type { GitContext } from "../deps.ts";
import type { WorkingRepository } from "../open.ts";

/** Beyond it asking git is cheaper. */
const MOST_FOLDERS = 64;
const MAX_INDEX = 64 * 1024 * 1024;

/**
 * False when no file of attributes that counts for these paths speaks of filters, so that git need not be asked: those
 * of the folders above them and the repository's own. A file that is only in the index counts for git too. True in
 * doubt.
 */
export async function mayBeFiltered(
  { git, signal }: Pick<GitContext, "git" | "signal">,
  repository: Repository,
  paths: readonly string[],
): Promise<boolean> {
  if (paths.length === 0) return false;
  const { workTree } = repository;
  const folders = foldersAbove(paths);
  const isSparse = settingOf(repository, "core.sparsecheckout") !== undefined;
  if (workTree === undefined || isSparse || folders.size > MOST_FOLDERS) return true;
  try {
    return await speakOfFilters(git.files(signal), { ...repository, workTree }, folders);
  } catch (error) {
    if (error instanceof ToolError && error.code !== "cancelled") return true;
    throw error;
  }
}

async function speakOfFilters(
  files: GitFiles,
  { workTree, gitDir, commonDir }: WorkingRepository,
  folders: ReadonlySet<string>,
): Promise<boolean> {
  const own = await files.text(join(commonDir, "info/attributes"));
  if (own?.includes("filter") === true) return true;
  const missing: string[] = [];
  for (const folder of folders) {
    const text = await files.text(join(workTree, folder, ".gitattributes"));
    if (text?.includes("filter") === true) return true;
    if (text === undefined) missing.push(folder);
  }
  return await indexMayHave(files, join(gitDir, "index"), missing);
}

function foldersAbove(paths: readonly string[]): Set<string> {
  const folders = new Set([""]);
  for (const path of paths)
    for (let at = dirname(path); at !== "." && !folders.has(at); at = dirname(at)) folders.add(at);
  return folders;
}

/** Names stand in the index as they are, in all its forms but the fourth version and one that is split. */
async function indexMayHave(files: GitFiles, path: string, folders: readonly string[]): Promise<boolean> {
  const index = await files.bytes(path, MAX_INDEX);
  if (index === undefined) return false;
  if (index.length < 12 || index.readUInt32BE(4) > 3 || index.includes("link\0")) return true;
  if (!index.includes(".gitattributes\0")) return false;
  return folders.some((folder) => index.includes(`${join(folder, ".gitattributes")}\0`));
}
