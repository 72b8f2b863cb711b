import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isErrno } from "../errors.ts";
import type { StampedFiles } from "./stamped-files.ts";

/** Where a repository lies: resolved paths, as `realpath` gives them. */
export interface GitFolders {
  /** Of a linked worktree its own folder, otherwise the same as `commonDir`. */
  readonly gitDir: string;
  readonly commonDir: string;
  /** Undefined for a bare repository. */
  readonly workTree: string | undefined;
}

const MAX_POINTER_BYTES = 16 * 1024;

/**
 * Those of the repository whose top folder this is: a work tree, a bare repository, a linked worktree or a submodule.
 * Undefined where there is none.
 */
export function findGitFolders(files: StampedFiles, folder: string): GitFolders | undefined {
  const top = realOf(folder);
  if (top === undefined) return undefined;
  const dotGit = join(top, ".git");
  const kind = files.kindOf(dotGit)?.kind;
  if (kind === undefined && basename(top) === ".git") return findGitFolders(files, dirname(top));
  if (kind === undefined) return isGitFolder(files, top) ? withCommon(files, top, undefined) : undefined;
  if (kind === "folder") return withCommon(files, realOf(dotGit) ?? dotGit, top);
  const gitDir = pointedTo(files, dotGit);
  return gitDir === undefined ? undefined : withCommon(files, gitDir, top);
}

/** Where the `.git` file of a linked worktree or a submodule leads. */
function pointedTo(files: StampedFiles, dotGit: string): string | undefined {
  const [, target] = /^gitdir: (.+?)[\r\n]*$/su.exec(files.text(dotGit, MAX_POINTER_BYTES) ?? "") ?? [];
  return target === undefined ? undefined : realOf(resolve(dirname(dotGit), target));
}

/**
 * What trust in a repository is kept under. All work trees that a common folder itself knows share one: the first,
 * the folder. A linked worktree whose own scripts differ can have one for itself: the second. A `.git` file or a
 * `commondir` that leads into a repository which knows nothing of it has one for just this pair.
 */
export function trustSubjects(
  files: StampedFiles,
  folders: GitFolders,
  coreWorktree: string | undefined,
): readonly [string, ...string[]] {
  const { gitDir, commonDir, workTree } = folders;
  const isLinked = gitDir !== commonDir;
  const known = isLinked
    ? linkedWorkTree(files, folders)
    : ownWorkTree({ commonDir, workTree, coreWorktree });
  if (known) return isLinked ? [commonDir, gitDir] : [commonDir];
  return [pairSubject(folders)];
}

/** All that trust in a repository may be kept under, before anything of it was read. */
export function possibleSubjects(folders: GitFolders): readonly string[] {
  return [folders.commonDir, folders.gitDir, pairSubject(folders)];
}

/** No resolved path has two separators in a row. */
function pairSubject({ gitDir, commonDir, workTree }: GitFolders): string {
  return [...new Set([workTree ?? gitDir, gitDir, commonDir])].join(" // ");
}

function linkedWorkTree(files: StampedFiles, { gitDir, commonDir, workTree }: GitFolders): boolean {
  if (dirname(gitDir) !== join(commonDir, "worktrees") || workTree === undefined) return false;
  const back = files.text(join(gitDir, "gitdir"), MAX_POINTER_BYTES)?.trimEnd();
  return back !== undefined && realOf(dirname(resolve(gitDir, back))) === workTree;
}

function ownWorkTree({
  commonDir,
  workTree,
  coreWorktree,
}: Pick<GitFolders, "commonDir" | "workTree"> & { readonly coreWorktree: string | undefined }): boolean {
  if (workTree === undefined) return true;
  if (coreWorktree !== undefined) return realOf(resolve(commonDir, coreWorktree)) === workTree;
  return basename(commonDir) === ".git" && dirname(commonDir) === workTree;
}

function isGitFolder(files: StampedFiles, folder: string): boolean {
  return (
    files.kindOf(join(folder, "HEAD"))?.kind === "file" &&
    files.kindOf(join(folder, "objects"))?.kind === "folder" &&
    files.kindOf(join(folder, "refs"))?.kind === "folder"
  );
}

function withCommon(
  files: StampedFiles,
  gitDir: string,
  workTree: string | undefined,
): GitFolders | undefined {
  const named = files.text(join(gitDir, "commondir"), MAX_POINTER_BYTES)?.trimEnd();
  const commonDir = named === undefined ? gitDir : realOf(resolve(gitDir, named));
  return commonDir === undefined ? undefined : { gitDir, commonDir, workTree };
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"))
      return undefined;
    throw error;
  }
}
