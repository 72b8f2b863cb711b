import { join } from "node:path";
import { ToolError } from "../../shared/errors.ts";
import type { NameKind, Names } from "./ground.ts";

const MOST_FILES = 2_000;
const MOST_FOLDERS = 1_000;
const MOST_DEPTH = 16;
/** Other people's projects, and git's own. */
const SKIPPED = new Set(["node_modules", ".git"]);

/** What lies in a folder of rules. Paths are absolute, as named. */
export interface Tree {
  /** By code unit of the path, `/` between the names. */
  readonly paths: readonly string[];
  /** The folder and those in it. */
  readonly folders: readonly string[];
  /** What was left out, and why in our words. */
  readonly left: readonly { readonly path: string; readonly why: string }[];
}

interface Looking {
  folder(path: string): Promise<{ readonly names: Names; readonly realPath: string } | undefined>;
  kind(path: string): Promise<NameKind | undefined>;
}

/**
 * Files below a folder whose name has one of the endings; links are followed inside the root. At most 2,000 files in
 * 1,000 folders, 16 deep.
 */
export async function treeOf(folder: string, endings: readonly string[], files: Looking): Promise<Tree> {
  const growing = new Growing(endings, files);
  await growing.enter(folder, 1);
  return growing;
}

class Growing implements Tree {
  readonly paths: string[] = [];
  readonly folders: string[] = [];
  readonly left: { path: string; why: string }[] = [];
  readonly #endings: readonly string[];
  readonly #files: Looking;
  /** Where the folders really lie: links can make rings of them. */
  readonly #seen = new Set<string>();

  constructor(endings: readonly string[], files: Looking) {
    this.#endings = endings;
    this.#files = files;
  }

  async enter(path: string, depth: number): Promise<void> {
    const found = await this.#look(path, depth);
    if (found === undefined) return;
    const entries = await Promise.all(
      [...found].map(async ([name, kind]) => ({ name, kind: await this.#followed(join(path, name), kind) })),
    );
    entries.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
    for (const { name, kind } of entries) {
      if (kind === "directory" && !SKIPPED.has(name)) await this.enter(join(path, name), depth + 1);
      else if (kind !== "directory" && this.#isWanted(name)) this.#add(join(path, name));
    }
  }

  async #look(path: string, depth: number): Promise<Names | undefined> {
    if (this.paths.length >= MOST_FILES || depth > MOST_DEPTH || this.folders.length >= MOST_FOLDERS) {
      this.#leaveOut(path, "folders");
      return undefined;
    }
    try {
      const found = await this.#files.folder(path);
      if (found === undefined || this.#seen.has(found.realPath)) return undefined;
      this.#seen.add(found.realPath);
      this.folders.push(path);
      return found.names;
    } catch (error) {
      this.left.push({ path, why: whyNotEntered(error) });
      return undefined;
    }
  }

  /** What leads nowhere, or out, is found by its name like a file: reading it says why it cannot be read. */
  async #followed(path: string, kind: NameKind): Promise<NameKind> {
    if (kind !== "link") return kind;
    try {
      return (await this.#files.kind(path)) ?? "link";
    } catch (error) {
      if (!this.#isWanted(path)) this.left.push({ path, why: whyNotEntered(error) });
      return "link";
    }
  }

  #isWanted(name: string): boolean {
    return this.#endings.some((ending) => name.endsWith(ending));
  }

  #add(path: string): void {
    if (this.paths.length < MOST_FILES) this.paths.push(path);
    else this.#leaveOut(path, "files");
  }

  /** Said once: the rest is left out for the same reason. */
  #leaveOut(path: string, what: "files" | "folders"): void {
    const why = `there are too many ${what}, so it and perhaps others are left out`;
    if (this.left.every((other) => other.why !== why)) this.left.push({ path, why });
  }
}

/** Why a folder is not looked into; throws what is no `ToolError`. */
export function whyNotEntered(error: unknown): string {
  if (!(error instanceof ToolError)) throw error;
  if (error.code === "denied" && error.cause === undefined)
    return "it is a link that leads out of the root, so it is not looked into";
  if (error.code === "invalid_input") return "it is no folder";
  return "it is a folder that cannot be opened";
}

/** A folder sorts as the beginning of what is in it. */
function keyOf({ name, kind }: { readonly name: string; readonly kind: NameKind }): string {
  return kind === "directory" ? `${name}/` : name;
}
