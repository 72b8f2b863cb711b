import { basename, dirname, isAbsolute, join } from "node:path";
import { ToolError } from "../errors.ts";
import type { GitFiles } from "./git-files.ts";
import { isName } from "./refs.ts";
import { settingOf, type Repository } from "./repository.ts";

/** One of a repository's work trees, as its own files tell it. */
export interface Worktree {
  /** What git calls a linked one; undefined for the main one. */
  readonly id?: string;
  /** Absolute, as git keeps it; of a bare repository its folder. */
  readonly path: string;
  /** False for one outside the roots, which is named to nobody and not looked into. */
  readonly inside: boolean;
  /** True for the folder of a bare repository, which is no work tree. */
  readonly bare: boolean;
  /** Short name of the branch that is checked out; with it there is no `hash`. */
  readonly branch?: string;
  /** Of a detached HEAD. */
  readonly hash?: string;
  /** Branches that a rebase or a bisect there comes back to; nobody else may move them either. */
  readonly held: readonly string[];
  /** Why it must not be pruned, `""` without a reason; undefined when it is not locked. */
  readonly locked?: string;
  /** True when its folder is there no more. */
  readonly gone: boolean;
}

const MOST = 1_000;

/**
 * All work trees, the main one first, the others by `id`. Git cannot tell them itself while nobody trusted the
 * repository: it does not see the main one's HEAD from a linked one then. Throws `denied` for links that lead outside.
 */
export async function worktreesOf(files: GitFiles, repository: Repository): Promise<Worktree[]> {
  const { commonDir } = repository;
  const folder = join(commonDir, "worktrees");
  const entries = (await files.entries(folder)) ?? [];
  const ids = entries.filter(({ kind }) => kind === "directory").map(({ name }) => name);
  const linked: Worktree[] = [];
  for (const id of ids.toSorted().slice(0, MOST)) {
    const found = await linkedOne(files, folder, id);
    if (found !== undefined) linked.push(found);
  }
  return [await mainOne(files, repository), ...linked];
}

async function mainOne(files: GitFiles, repository: Repository): Promise<Worktree> {
  const { commonDir } = repository;
  const path = mainPath(repository);
  const bare = repository.kind === "bare" || settingOf(repository, "core.bare")?.toLowerCase() === "true";
  const kind = kindAt(files, path);
  return { path, bare, ...(await standing(files, commonDir)), inside: (await kind).inside, gone: false };
}

function mainPath(repository: Repository): string {
  const { kind, commonDir, workTree } = repository;
  if (kind === "bare") return commonDir;
  if (kind !== "worktree") return workTree ?? commonDir;
  const set = settingOf(repository, "core.worktree");
  if (set !== undefined) return isAbsolute(set) ? set : join(commonDir, set);
  return basename(commonDir) === ".git" ? dirname(commonDir) : commonDir;
}

/** Undefined for a folder that leads to no work tree. */
async function linkedOne(files: GitFiles, folder: string, id: string): Promise<Worktree | undefined> {
  const own = join(folder, id);
  const target = (await files.text(join(own, "gitdir")))?.trim();
  if (target === undefined || target === "" || target.includes("\0")) return undefined;
  const link = isAbsolute(target) ? target : join(own, target);
  const { inside, there } = await kindAt(files, link);
  const locked = (await files.text(join(own, "locked")))?.trim();
  return {
    id,
    path: dirname(link),
    inside,
    bare: false,
    ...(await standing(files, own)),
    ...(locked === undefined ? {} : { locked }),
    gone: inside && !there,
  };
}

async function kindAt(files: GitFiles, path: string): Promise<{ inside: boolean; there: boolean }> {
  try {
    return { inside: true, there: (await files.kindOf(path)) !== undefined };
  } catch (error) {
    if (error instanceof ToolError && error.code === "denied") return { inside: false, there: false };
    throw error;
  }
}

/** What is checked out there. */
async function standing(
  files: GitFiles,
  gitDir: string,
): Promise<Pick<Worktree, "branch" | "hash" | "held">> {
  const head = (await files.text(join(gitDir, "HEAD")))?.trim() ?? "";
  const names = ["rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"];
  const texts = await Promise.all(names.map((name) => files.text(join(gitDir, name))));
  const held = texts.flatMap((text) => branchIn(text?.trim() ?? "") ?? []);
  const branch = head.startsWith("ref: ") ? branchIn(head.slice(5).trim()) : undefined;
  if (branch !== undefined) return { branch, held };
  return /^[0-9a-f]{40,64}$/u.test(head) ? { hash: head, held } : { held };
}

/** A bisect keeps the short name, all others the whole one. */
function branchIn(name: string): string | undefined {
  const short = name.replace(/^refs\/heads\//u, "");
  return isName(short) && !short.startsWith("refs/") && !/^[0-9a-f]{40,64}$/u.test(short) ? short : undefined;
}
