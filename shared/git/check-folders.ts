import { dirname, isAbsolute, join } from "node:path";
import { ToolError } from "../errors.ts";
import type { GitFiles } from "./git-files.ts";

/** Folders whose contents git does not follow links for, or that we check otherwise. */
const NOT_WALKED = new Set(["modules", "hooks", "lfs", "objects", "svn", "branches"]);
const MAX_ENTRIES = 200_000;
const MAX_ALTERNATES = 5;

/**
 * Looks through a git folder before git does: every link and every borrowed object store must stay inside the roots,
 * and nothing may be of a kind that makes a reader wait. Throws `denied` that names the place.
 */
export async function checkFolders(files: GitFiles, folders: readonly string[]): Promise<void> {
  const left = { entries: MAX_ENTRIES };
  for (const folder of new Set(folders)) await checkTree(files, folder, { left, isTop: true });
  for (const folder of new Set(folders)) await checkObjects(files, join(folder, "objects"), MAX_ALTERNATES);
}

interface Walk {
  readonly left: { entries: number };
  readonly isTop: boolean;
}

async function checkTree(files: GitFiles, folder: string, { left, isTop }: Walk): Promise<void> {
  const below = await checkEntries(files, folder);
  left.entries -= below.length;
  if (left.entries < 0)
    throw new ToolError(
      "too_large",
      "the repository's git folder holds too many files to be looked through",
      {
        hint: "git pack-refs --all makes one file of many references.",
      },
    );
  for (const name of below)
    if (!isTop || !NOT_WALKED.has(name)) await checkTree(files, join(folder, name), { left, isTop: false });
}

/** The names of its directories, links to directories among them not. */
async function checkEntries(files: GitFiles, folder: string): Promise<string[]> {
  const entries = (await files.entries(folder)) ?? [];
  for (const { name, kind } of entries) {
    const path = join(folder, name);
    if (kind === "link") stayInside(files, path);
    if (kind === "fifo" || kind === "device")
      throw new ToolError("denied", `${shown(files, path)} is a ${kind === "fifo" ? "FIFO" : "device"}`, {
        hint: "No git folder holds such a thing by itself; tell the person.",
      });
  }
  return entries.filter(({ kind }) => kind === "directory").map(({ name }) => name);
}

async function checkObjects(files: GitFiles, folder: string, depth: number): Promise<void> {
  await checkEntries(files, folder);
  await checkEntries(files, join(folder, "pack"));
  await checkEntries(files, join(folder, "info"));
  const alternates = (await files.text(join(folder, "info/alternates"))) ?? "";
  for (const line of alternates.split("\n").map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    // a quoted one is unquoted by git, and nobody but an attacker quotes
    if (depth === 0 || line.startsWith('"')) throw leadsOutside(files, join(folder, "info/alternates"));
    const path = isAbsolute(line) ? line : join(folder, line);
    stayInside(files, path, join(folder, "info/alternates"));
    await checkObjects(files, path, depth - 1);
  }
}

function stayInside(files: GitFiles, path: string, named = path): void {
  try {
    files.resolve(path);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw leadsOutside(files, named);
  }
}

/** What is said of a part of a repository that lies elsewhere. */
export function leadsOutside(files: GitFiles, path: string): ToolError {
  return new ToolError("denied", `${shown(files, path)} leads outside the roots`, {
    hint: "The whole repository has to lie inside the roots; the person can add another root.",
  });
}

function shown({ workspace }: GitFiles, path: string): string {
  const { root, parts } = workspace.locate(join(dirname(path), "."));
  return `${workspace.show({ root: root.path, relative: parts.join("/") })}/${path.slice(dirname(path).length + 1)}`;
}
