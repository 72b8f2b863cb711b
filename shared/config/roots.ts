import { realpath, readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, parse, relative, resolve, sep } from "node:path";
import { StartupError, isErrno } from "../errors.ts";
import { shown } from "./shown.ts";

/** A folder that holds one of these is somebody's project. */
const MARKERS = new Set([
  ".git",
  ".hg",
  ".jj",
  ".plumbline",
  "package.json",
  "deno.json",
  "Cargo.toml",
  "pyproject.toml",
  "setup.py",
  "requirements.txt",
  "go.mod",
  "pom.xml",
  "build.gradle",
  "build.gradle.kts",
  "Gemfile",
  "composer.json",
  "mix.exs",
  "CMakeLists.txt",
  "Makefile",
  "WORKSPACE",
  "MODULE.bazel",
  "flake.nix",
  "dbt_project.yml",
]);

/** Folders of the system: themselves, and all below them. */
const SYSTEM_TREES = [
  "/etc",
  "/proc",
  "/sys",
  "/dev",
  "/boot",
  "/bin",
  "/sbin",
  "/lib",
  "/lib64",
  "/System",
  "/Library",
];
/** Folders that hold other people's things: themselves only. */
const SYSTEM_FOLDERS = [
  "/usr",
  "/usr/local",
  "/usr/bin",
  "/usr/lib",
  "/usr/share",
  "/var",
  "/var/lib",
  "/run",
  "/tmp",
  "/var/tmp",
  "/home",
  "/root",
  "/opt",
  "/srv",
  "/mnt",
  "/media",
  "/private",
  "/private/var",
  "/private/tmp",
  "/private/etc",
  "/Users",
  "/Volumes",
  "/Applications",
];
const WINDOWS_TREES = /^[a-z]:\\(?:windows|program files|program files \(x86\)|programdata)(?:\\|$)/i;
const WINDOWS_FOLDERS = /^[a-z]:\\(?:users)?\\?$/i;

export interface RootsInput {
  /** As flags, environment or the person's file gave them. */
  readonly given: readonly string[] | undefined;
  readonly cwd: string;
  readonly home: string;
  /** The person's own configuration file, named in the error. */
  readonly configFile: string;
}

export interface FoundRoots {
  /** Absolute, in the given order, each once. */
  readonly roots: readonly string[];
  /** What the person should know, one line each. */
  readonly warnings: readonly string[];
}

/**
 * The folders that tools may touch. None given: the working directory's project. `/`, the home folder and
 * system folders are taken only when the person wrote them out whole. Throws `StartupError` otherwise.
 */
export async function findRoots(input: RootsInput): Promise<FoundRoots> {
  if (input.given === undefined || input.given.length === 0) {
    return { roots: [await projectOf(input)], warnings: [] };
  }
  const roots = new Set<string>();
  const warnings: string[] = [];
  for (const text of input.given) {
    const path = spell(text, input);
    const problem = await whyNotFolder(path);
    const broad = problem === undefined ? await whyTooBroad(path, input.home) : undefined;
    if (problem !== undefined) warnings.push(`root ${shown(path)} ${problem}`);
    else if (broad === undefined) roots.add(path);
    else if (!isExplicit(text))
      throw refusal(`root "${shown(text)}" is ${broad} when started in ${input.cwd}`, input);
    else {
      roots.add(path);
      warnings.push(`root ${path} is ${broad}: tools reach everything below it`);
    }
  }
  if (roots.size === 0) throw new StartupError(`${warnings.join("; ")}: no root is left to serve`);
  return { roots: [...roots], warnings };
}

/** Why a folder is too broad to be taken without being named, such as `your home folder`; nothing when it is fine. */
async function whyTooBroad(folder: string, home: string): Promise<string | undefined> {
  const spellings = new Set([folder, await resolved(folder)]);
  const homes = [home, await resolved(home)];
  for (const path of spellings) {
    if (path === parse(path).root) return "the whole disk";
    if (homes.includes(path)) return "your home folder";
    if (homes.some((own) => isWithin(own, path))) return "a folder above your home folder";
    if (isSystem(path)) return "a folder of the system";
  }
  return undefined;
}

async function projectOf(input: RootsInput): Promise<string> {
  for (let folder = input.cwd; ; folder = dirname(folder)) {
    const broad = await whyTooBroad(folder, input.home);
    if (broad !== undefined) {
      const what =
        folder === input.cwd ? `${folder}, which is ${broad}` : `${input.cwd}, which is no project`;
      throw refusal(`no root given, and started in ${what}`, input);
    }
    if (await isProject(folder)) return folder;
  }
}

async function isProject(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).some((name) => MARKERS.has(name));
  } catch (error) {
    if (isErrno(error, "EACCES", "EPERM", "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}

function refusal(what: string, { configFile }: RootsInput): StartupError {
  return new StartupError(
    `${shown(what, 600)}; add --root /path/to/your/project to the command, or "roots": ["/path/to/your/project"] to ${configFile}`,
  );
}

function spell(text: string, { cwd, home }: RootsInput): string {
  if (text.trim() === "") throw new StartupError("a root is empty: write --root /path/to/your/project");
  if (text.includes("\0")) throw new StartupError("a root holds a NUL character");
  if (/\$\{[^}]*\}/.test(text))
    throw new StartupError(`root "${shown(text)}" still holds a variable that your client did not fill in`);
  if (text === "~") return home;
  return /^~[/\\]/.test(text) ? join(home, text.slice(2)) : resolve(cwd, text);
}

/** Written out whole: a relative root means whatever folder a client happens to start us in. */
function isExplicit(text: string): boolean {
  return isAbsolute(text) || text.startsWith("~");
}

async function whyNotFolder(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isDirectory() ? undefined : "is not a folder";
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG")) return "does not exist";
    if (isErrno(error, "EACCES", "EPERM")) return "cannot be reached with your rights";
    throw error;
  }
}

async function resolved(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isErrno(error, "ENOENT", "EACCES", "EPERM", "ELOOP", "ENOTDIR")) return path;
    throw error;
  }
}

function isSystem(path: string): boolean {
  if (path === tmpdir() || SYSTEM_FOLDERS.includes(path)) return true;
  if (WINDOWS_FOLDERS.test(path) || WINDOWS_TREES.test(path)) return true;
  return SYSTEM_TREES.some((tree) => isWithin(path, tree));
}

function isWithin(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below === "" || (below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below));
}
