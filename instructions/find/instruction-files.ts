import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { stampFile } from "../../shared/config/file-stamp.ts";
import { isErrno, ToolError } from "../../shared/errors.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";
import type { FileText, InstructionFiles } from "../shapes.ts";
import { meantBy } from "./families.ts";
import { refused } from "./file-text.ts";
import { MAX_BYTES, type Ground, type NameKind, type Names } from "./ground.ts";
import { MANAGED_FOLDERS } from "./managed-folders.ts";
import { PERSONAL } from "./personal-ground.ts";
import { projectGround, SECRET } from "./project-ground.ts";
import { Remembered } from "./remembered.ts";
import { treeOf, type Tree } from "./tree.ts";

/** Where the person's own files lie; absolute, and may be missing. */
export interface PersonalPlaces {
  readonly home: string;
  /** Our own configuration folder. */
  readonly config: string;
  /** The administrator's folders: Claude Code's and ours. Left out, the platform's. */
  readonly managed?: { readonly claude: string; readonly own: string };
}

export interface ProjectFilesOptions {
  readonly workspace: Workspace;
  readonly places: PersonalPlaces;
  /** Ends what is being read. */
  readonly signal?: AbortSignal;
}

/** What a folder holds; a folder of very many names shows only those that mean something. */
export interface Folder {
  /** Links followed. */
  readonly realPath: string;
  readonly names: Names;
  /** Names that differ from those of instruction files in case alone. */
  readonly misspelt: readonly string[];
}

/** Characters of all texts that are remembered. */
const MOST_TEXT = 64 * 1024 * 1024;
/** Names of all folders that are remembered. */
const MOST_NAMES = 500_000;
/** What a remembered thing takes beside its content. */
const BASE = 100;

/** Instruction files on the disk, remembered by their stamps: each look sees what is there now. */
export class ProjectFiles implements InstructionFiles {
  readonly #workspace: Workspace;
  readonly #project: Ground;
  readonly #personal: readonly string[];
  readonly #texts = new Remembered<FileText | undefined>(MOST_TEXT, sizeOfText);
  readonly #folders = new Remembered<Folder | undefined>(MOST_NAMES, sizeOfFolder);

  constructor({ workspace, places, signal }: ProjectFilesOptions) {
    const { home, config, managed = MANAGED_FOLDERS } = places;
    this.#workspace = workspace;
    this.#project = projectGround(workspace, signal ?? new AbortController().signal);
    // with the folders in the home folder, so that they are the person's where the home folder is a root
    const folders = [home, config, managed.claude, managed.own];
    const all = [...folders, join(home, ".claude"), join(home, ".codex")];
    this.#personal = all.map((folder) => resolve(folder));
  }

  async read(path: string): Promise<FileText | undefined> {
    const ground = this.#groundOf(path);
    if (ground === undefined) return refused(OUTSIDE);
    try {
      return await this.#texts.get(path, ground, (stamp, real) =>
        stamp === "missing" ? nothingAt(path, real) : ground.read(path),
      );
    } catch (error) {
      return whyNot(error);
    }
  }

  async list(folder: string, endings: readonly string[]): Promise<readonly string[]> {
    return (await this.tree(folder, endings)).paths;
  }

  /** As `list`, with what could not be looked into. */
  tree(folder: string, endings: readonly string[]): Promise<Tree> {
    return treeOf(folder, endings, this);
  }

  /** What is in a folder; nothing when there is none. Throws `ToolError` when it may not be looked into. */
  async folder(path: string): Promise<Folder | undefined> {
    const ground = this.#groundOf(path);
    if (ground === undefined) throw new ToolError("denied", OUTSIDE);
    return await this.#folders.get(path, ground, async (stamp, realPath) => {
      if (stamp === "missing") return undefined;
      const names = await ground.names(path);
      const isMisspelt = (name: string): boolean => meantBy(name) !== undefined;
      return names && { names, realPath, misspelt: [...names.keys()].filter(isMisspelt) };
    });
  }

  /** What a path leads to; nothing when that is nothing. Throws `ToolError` when it may not be followed. */
  async kind(path: string): Promise<NameKind | undefined> {
    const ground = this.#groundOf(path);
    if (ground === undefined) throw new ToolError("denied", OUTSIDE);
    return await ground.kind(path);
  }

  /** Whoever's folder holds the path with the fewest names between; a root when there are as few. */
  #groundOf(path: string): Ground | undefined {
    const inRoot = nearest(this.#workspace.roots.map((root) => root.below(path)?.length));
    const personal = nearest(this.#personal.map((folder) => depthBelow(folder, path)));
    if (personal < inRoot) return PERSONAL;
    return inRoot === Infinity ? undefined : this.#project;
  }
}

const OUTSIDE = "it lies outside the folders that instructions are read from";

function nearest(depths: readonly (number | undefined)[]): number {
  return depths.reduce<number>((least, depth = Infinity) => Math.min(least, depth), Infinity);
}

function depthBelow(folder: string, path: string): number | undefined {
  // a clean path is told by its beginning; where case may not matter, only that it lies below
  const isClean = !UNCLEAN.test(path);
  if (isClean && path.startsWith(folder) && path.charAt(folder.length) === sep)
    return path.slice(folder.length + 1).split(sep).length;
  if (isClean && sep === "/") return path === folder ? 0 : undefined;
  const below = relative(folder, path);
  if (below === "") return 0;
  return below.split(sep)[0] === ".." || isAbsolute(below) ? undefined : below.split(sep).length;
}

/** An empty name, or one that stands for another folder. */
const UNCLEAN = /[/\\]\.{0,2}(?:[/\\]|$)/u;

/** A link to nothing was put there by somebody who takes it for a file. */
function nothingAt(path: string, real: string): FileText | undefined {
  if (real === path || typeof stampFile(path, "keep") === "string") return undefined;
  return refused("it is a link to nothing");
}

/** What the door says, without the path, which may be absolute there. */
function whyNot(error: unknown): FileText | undefined {
  if (!(error instanceof ToolError)) throw error;
  if (error.message === SECRET) return refused(SECRET);
  if (error.code === "not_found") return undefined;
  if (isErrno(error.cause, "EACCES", "EPERM"))
    return refused("the operating system does not let us open it: check its owner and mode");
  if (error.code === "denied") return refused("it is, or lies behind, a link that leads out of the root");
  if (error.code === "invalid_input") return refused("it is no regular file, or its links never end");
  return refused("it cannot be opened now");
}

function sizeOfText(text: FileText | undefined): number {
  return BASE + (text?.kind === "text" ? Math.min(text.text.length, MAX_BYTES) : 0);
}

function sizeOfFolder(folder: Folder | undefined): number {
  return 1 + (folder?.names.size ?? 0);
}
