import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { isErrno, StartupError } from "../errors.ts";
import { escapeForPerson } from "../escape-for-person.ts";
import { parseGitSettings, runsProgram, type GitSetting } from "./git-settings.ts";

const MAX_CONFIG_BYTES = 1024 * 1024;
/** More than this nobody reads before saying yes. */
const MAX_HOOK_BYTES = 64 * 1024;
const MAX_FILES = 200;

/** What a repository would make git run: what a person sees whole before trusting it. */
export interface RepositoryFacts {
  /** The work tree, resolved: the subject of the trust. */
  readonly root: string;
  /** Settings that run programs or include more, in the order of their files; `file` is absolute. */
  readonly settings: readonly (GitSetting & { readonly file: string })[];
  /** Executable hooks; `file` is absolute, `text` all of it. */
  readonly hooks: readonly { readonly file: string; readonly text: string }[];
  /** SHA-256 over the configuration files, those that they include, and the hooks as they are here. */
  readonly hash: string;
}

/**
 * Reads as text and starts no program. Undefined where there is no `.git`. Throws `StartupError` for what cannot be
 * shown whole to a person: a hook over 64 KiB, a configuration file over 1 MiB, what is no UTF-8 text.
 */
export async function repositoryFacts(folder: string): Promise<RepositoryFacts | undefined> {
  const root = await realpath(folder);
  const gitFolder = await findGitFolder(root);
  if (gitFolder === undefined) return undefined;
  const common = resolve(gitFolder, (await readText(join(gitFolder, "commondir")))?.trim() ?? ".");
  const files = new Map<string, string>();
  const settings: (GitSetting & { file: string })[] = [];
  const todo = [join(common, "config"), join(gitFolder, "config.worktree")];
  for (const file of todo) {
    const text = await readText(file);
    if (text === undefined || files.has(file)) continue;
    files.set(file, text);
    const found = parseGitSettings(text);
    settings.push(...found.filter(runsProgram).map((setting) => ({ ...setting, file })));
    todo.push(...found.filter(isInclude).map(({ value }) => resolveSetting(dirname(file), value)));
    if (todo.length > MAX_FILES)
      throw new StartupError(`${escapeForPerson(file)} includes too many files to be shown`);
  }
  const moved = settings.filter(({ key }) => key === "core.hookspath");
  const folders = [join(common, "hooks"), ...moved.map(({ value }) => resolveSetting(root, value))];
  const programs = (await Promise.all([...new Set(folders)].map(executablesIn))).flat();
  const hooks: { file: string; text: string }[] = [];
  for (const file of programs) {
    const text = await readText(file, MAX_HOOK_BYTES);
    if (text !== undefined) hooks.push({ file, text });
  }
  const configuration = [...files].map(([file, text]) => ({ file, text: withoutBranches(text) }));
  const hash = createHash("sha256").update(JSON.stringify({ configuration, hooks })).digest("hex");
  return { root, settings, hooks, hash };
}

/** The folder, or what a `.git` file of a worktree or a submodule points to. */
async function findGitFolder(root: string): Promise<string | undefined> {
  const path = join(root, ".git");
  try {
    if ((await stat(path)).isDirectory()) return path;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
  const [, target] = /^gitdir: (.+?)\s*$/su.exec((await readText(path)) ?? "") ?? [];
  return target === undefined ? undefined : resolve(root, target);
}

function isInclude({ key }: GitSetting): boolean {
  return key === "include.path" || /^includeif\..*\.path$/su.test(key);
}

function resolveSetting(base: string, value: string): string {
  return resolve(base, value.startsWith("~/") ? join(homedir(), value.slice(2)) : value);
}

const BRANCH =
  /(?<!\\\n)^\[branch "[^"\\\n]*"\]\n(?:\s+(?:remote|merge|pushremote|vscode-merge-base) = [\w./-]+\n)+(?=\[|$(?![^]))/gimu;

/** Which branch follows which runs nothing and changes every day, so it is left out of the hash. */
function withoutBranches(text: string): string {
  return text.replaceAll(BRANCH, "");
}

async function executablesIn(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
  if (names.length > MAX_FILES)
    throw new StartupError(`${escapeForPerson(folder)} holds too many files to be shown`);
  const paths = names
    .filter((name) => !name.endsWith(".sample"))
    .toSorted()
    .map((name) => join(folder, name));
  const runnable = await Promise.all(paths.map(isExecutable));
  return paths.filter((_, index) => runnable[index]);
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    const facts = await stat(path);
    return facts.isFile() && (process.platform === "win32" || (facts.mode & 0o111) !== 0);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ELOOP")) return false;
    throw error;
  }
}

/** Undefined when nothing is there. A FIFO does not make it wait. */
async function readText(path: string, maxBytes = MAX_CONFIG_BYTES): Promise<string | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = await file.stat();
    if (!facts.isFile()) throw unshown(path, "is no file");
    if (facts.size > maxBytes) throw unshown(path, `is larger than ${maxBytes / 1024} KiB`);
    const bytes = await file.readFile();
    // other bytes could change without a change in the text
    if (!isUtf8(bytes)) throw unshown(path, "is no UTF-8 text");
    return bytes.toString("utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}

function unshown(path: string, what: string): StartupError {
  return new StartupError(
    `${escapeForPerson(path)} ${what}, so it cannot be shown whole, and what is not shown cannot be trusted`,
  );
}
