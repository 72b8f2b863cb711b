import { isAbsolute, join } from "node:path";
import { ToolError } from "../errors.ts";
import type { Root } from "../workspace/root.ts";
import { leadsOutside } from "./check-folders.ts";
import type { GitFiles } from "./git-files.ts";
import type { RepositoryKind } from "./repository.ts";

/** Folders that are looked into when no repository lies at the top of a root. */
const MAX_LOOKED_INTO = 500;

/** Where a repository lies, before anything was checked. */
export interface Found {
  readonly kind: RepositoryKind;
  readonly root: Root;
  /** The work tree below the root; of a bare one its folder. */
  readonly prefix: string;
  readonly workTree: string | undefined;
  readonly gitDir: string;
  readonly commonDir: string;
}

/**
 * The repository of a path, looking upwards and never above its root; without a path the only one there is. Throws
 * `not_found`, `invalid_input` that names them when there are several, and `denied` for one that leads outside.
 */
export async function findRepository(files: GitFiles, at: string | undefined): Promise<Found> {
  if (at === undefined) return await findOnly(files);
  const { root, parts } = files.workspace.locate(at);
  const inTree = parts.includes(".git") ? parts.slice(0, parts.indexOf(".git")) : parts;
  for (let depth = inTree.length; depth >= 0; depth--) {
    const folder = join(root.path, ...inTree.slice(0, depth));
    const found = await repositoryAt(files, folder, depth === inTree.length);
    if (found !== undefined) return found;
  }
  throw new ToolError("not_found", `${files.workspace.locate(at).shown} lies in no git repository`, {
    hint: "Repositories are looked for from the path up to the root, never above it.",
  });
}

/** The one that lies in this very folder; `mayBeBare` when the caller named the folder itself. */
async function repositoryAt(files: GitFiles, folder: string, mayBeBare: boolean): Promise<Found | undefined> {
  const kind = await files.kindOf(join(folder, ".git"));
  if (kind !== undefined) return await withWorkTree(files, folder, kind === "file");
  if (!mayBeBare || !(await isBare(files, folder))) return undefined;
  const gitDir = files.resolve(folder);
  return { kind: "bare", ...placeOf(files, gitDir), workTree: undefined, gitDir, commonDir: gitDir };
}

async function isBare(files: GitFiles, folder: string): Promise<boolean> {
  if ((await files.kindOf(folder)) !== "directory") return false;
  const names = await Promise.all(
    ["HEAD", "objects", "refs"].map((name) => files.kindOf(join(folder, name))),
  );
  return names.every((kind) => kind !== undefined);
}

async function withWorkTree(files: GitFiles, folder: string, isFile: boolean): Promise<Found> {
  const link = join(folder, ".git");
  const workTree = files.resolve(folder);
  const gitDir = inside(files, link, isFile ? await readGitFile(files, link) : link);
  const place = placeOf(files, workTree);
  if ((await files.kindOf(gitDir)) !== "directory")
    throw new ToolError("not_found", `${place.prefix === "" ? "." : place.prefix}/.git leads to nothing`, {
      hint: "The repository that it belongs to was moved or removed.",
    });
  const common = (await files.text(join(gitDir, "commondir")))?.trim();
  if (common === undefined)
    return { kind: isFile ? "submodule" : "main", ...place, workTree, gitDir, commonDir: gitDir };
  const commonDir = inside(
    files,
    join(gitDir, "commondir"),
    isAbsolute(common) ? common : join(gitDir, common),
  );
  return { kind: "worktree", ...place, workTree, gitDir, commonDir };
}

/** What a `.git` file points to. */
async function readGitFile(files: GitFiles, link: string): Promise<string> {
  const [, target] = /^gitdir: (.+?)[\r\n]*$/su.exec((await files.text(link)) ?? "") ?? [];
  if (target === undefined || target.includes("\0"))
    throw new ToolError("invalid_input", "the .git file says nothing that git understands", {
      hint: "It should hold one line, gitdir: and a path.",
    });
  return isAbsolute(target) ? target : join(link, "..", target);
}

function inside(files: GitFiles, named: string, path: string): string {
  try {
    return files.resolve(path);
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "not_found") throw error;
    throw leadsOutside(files, named);
  }
}

function placeOf({ workspace }: GitFiles, folder: string): Pick<Found, "root" | "prefix"> {
  const { root, parts } = workspace.locate(folder);
  return { root, prefix: parts.join("/") };
}

async function findOnly(files: GitFiles): Promise<Found> {
  const { roots } = files.workspace;
  const atTop: Found[] = [];
  for (const { path } of roots) {
    const found = await repositoryAt(files, path, true);
    if (found !== undefined) atTop.push(found);
  }
  const all = atTop.length > 0 ? atTop : await below(files);
  const [only, ...others] = all;
  if (only === undefined)
    throw new ToolError("not_found", "there is no git repository at the top of a root or in its folders", {
      hint: "Give repo, a path in the repository; one above the root is not used.",
    });
  if (others.length === 0) return only;
  const names = all.map(({ root, prefix }) => root.show(prefix));
  const shown = names.slice(0, 10).join(", ");
  throw new ToolError("invalid_input", `there are ${all.length} repositories: ${shown}`, {
    hint: "Give repo, a path in the one that is meant.",
  });
}

/** Those in the folders right below the roots, and one level deeper. */
async function below(files: GitFiles): Promise<Found[]> {
  const tops = files.workspace.roots.map(({ path }) => path);
  const first = await lookInto(files, tops, MAX_LOOKED_INTO);
  const second = await lookInto(files, first.others, MAX_LOOKED_INTO - first.looked);
  return [...first.found, ...second.found];
}

/** The repositories right below these folders, and the folders there that are none. */
async function lookInto(
  files: GitFiles,
  folders: readonly string[],
  most: number,
): Promise<{ found: Found[]; others: string[]; looked: number }> {
  const inner: string[] = [];
  for (const folder of folders) {
    const directories = ((await files.entries(folder)) ?? []).filter(
      ({ kind, name }) => kind === "directory" && name !== "node_modules",
    );
    inner.push(...directories.map(({ name }) => join(folder, name)));
    if (inner.length >= most) break;
  }
  const looked = inner.slice(0, Math.max(0, most));
  const all = await Promise.all(looked.map((folder) => repositoryAt(files, folder, false)));
  return {
    found: all.filter((each) => each !== undefined),
    others: looked.filter((_, index) => all[index] === undefined),
    looked: looked.length,
  };
}
