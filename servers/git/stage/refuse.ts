import { join } from "node:path";
import { ToolError } from "../../../shared/errors.ts";
import { pathspec } from "../../../shared/git/paths.ts";
import { foldersAbove } from "../change/folders-above.ts";
import { namePaths } from "../text/name-paths.ts";
import type { Work } from "../change/work.ts";
import type { StatusEntry } from "../engine/shapes.ts";
import { filteredPaths, filteredRefusal } from "../change/filters.ts";
import { mayShow } from "../open.ts";

const MARKS = [/^<{7} /mu, /^={7}\r?$/mu, /^>{7} /mu];
const MAX_LOOKED_AT = 256 * 1024 * 1024;

/** Throws `invalid_input` for a path that lies in another repository inside this one. */
export async function refuseInner(
  { git, signal, repository }: Work,
  paths: readonly string[],
): Promise<void> {
  const files = git.files(signal);
  const folders = new Set(paths.flatMap(foldersAbove));
  for (const folder of folders) {
    if ((await files.kindOf(join(repository.workTree, folder, ".git"))) === undefined) continue;
    const inner = namePaths(repository, [folder]);
    const path = paths.find((each) => foldersAbove(each).includes(folder)) ?? folder;
    throw new ToolError(
      "invalid_input",
      `${namePaths(repository, [path])} belongs to the repository ${inner}`,
      {
        hint: `Call again with repo ${inner}.`,
      },
    );
  }
}

/** Throws `denied` for a path that a call names and that may hold secrets. */
export function refuseSecrets({ context, repository }: Work, paths: readonly string[]): void {
  const secrets = paths.filter((path) => !mayShow(context, repository, path));
  if (secrets.length === 0) return;
  throw new ToolError("denied", `${namePaths(repository, secrets)} may hold secrets: it is not staged`, {
    hint: "The person can stage it by hand, or open it in their own configuration (allowSecrets).",
  });
}

/** Throws `denied` for files that a filter belongs to, where filters do not run. */
export async function refuseFiltered(work: Work, paths: readonly string[]): Promise<void> {
  const filtered = await filteredPaths(work, work.repository, paths);
  if (filtered.length > 0) throw filteredRefusal(work.repository, filtered);
}

/** Throws `conflict` when files to be staged still hold the marks of a merge. */
export async function refuseMarks(work: Work, entries: readonly StatusEntry[]): Promise<void> {
  const { context, repository } = work;
  const marked: string[] = [];
  for (const { path } of entries.filter(({ kind }) => kind === "unmerged"))
    if (hasMarks(await contentOf(work, path))) marked.push(path);
  if (marked.length === 0) return;
  const names = namePaths(repository, marked);
  context.signal.throwIfAborted();
  throw new ToolError("conflict", `${names} still ${marked.length === 1 ? "has" : "have"} conflict marks`, {
    hint: "Edit so that no <<<<<<<, ======= and >>>>>>> are left, then stage; git_merge with action conflicts shows both sides.",
  });
}

/** True when a text looks like a merge that nobody finished. */
export function hasMarks(text: string): boolean {
  return MARKS.every((mark) => mark.test(text));
}

/** Nothing for what is no file. */
async function contentOf({ git, signal, repository }: Work, path: string): Promise<string> {
  const files = git.files(signal);
  const full = join(repository.workTree, path);
  if ((await files.kindOf(full)) !== "file") return "";
  return (await files.bytes(full, MAX_LOOKED_AT))?.toString("latin1") ?? "";
}

/** Why nothing below these paths differs. Throws `not_found`, and `denied` for what git ignores; gives those unchanged. */
export async function explainNothing(work: Work, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const unknown = await untrackedOf(work, paths);
  if (unknown.length === 0) return paths;
  const { git, signal, repository } = work;
  const ignored = await git.run(repository, ["check-ignore", "-z", "--stdin"], {
    signal,
    ok: [0, 1],
    stdin: unknown.map((path) => `${path}\0`).join(""),
  });
  const names = ignored.stdout.toString("utf8").split("\0").slice(0, -1);
  if (names.length > 0)
    throw new ToolError("denied", `git ignores ${namePaths(repository, names)}`, {
      hint: "Change .gitignore if it should be tracked, or the person adds it with git add --force.",
    });
  throw new ToolError("not_found", `there is nothing to stage at ${namePaths(repository, unknown)}`, {
    hint: "git_status shows what changed. Folders without files are not tracked.",
  });
}

/** Those of the paths at and below which nothing is tracked. */
export async function untrackedOf(
  { git, signal, repository }: Pick<Work, "git" | "signal" | "repository">,
  paths: readonly string[],
): Promise<string[]> {
  if (paths.length === 0) return [];
  const args = ["ls-files", "-z", "--", ...paths.map(pathspec)];
  const text = await git.text(repository, args, { signal, maxBytes: 128 * 1024 * 1024 });
  const tracked = text.split("\0").slice(0, -1);
  return paths.filter((path) => !tracked.some((file) => isAtOrBelow(file, path)));
}

/** True for the path itself and what lies below it; everything lies below the top. */
export function isAtOrBelow(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}
