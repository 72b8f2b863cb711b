import { join } from "node:path";
import type { Family, Scope, Source, Warning } from "../shapes.ts";
import { meantBy, type Spot } from "./families.ts";
import type { Folder, ProjectFiles } from "./instruction-files.ts";
import { whyNotEntered } from "./tree.ts";

/** A folder that may hold instructions, and what its place says about them. */
export interface Ground {
  /** Absolute. */
  readonly path: string;
  readonly dir: string;
  readonly base: string;
  /** Of its files; its rules have a scope of their own where the folder is a project's. */
  readonly scope: Scope;
  readonly ruleScope: Scope;
  /** How people and models see an absolute path in it: never absolute. */
  show(path: string): string;
}

export interface Found {
  readonly sources: Source[];
  readonly problems: Warning[];
  /** Absolute: all that were looked into, so that a new file in them can be seen. */
  readonly folders: string[];
}

/** Nothing so far. */
export function foundNothing(): Found {
  return { sources: [], problems: [], folders: [] };
}

/** Adds to what was found; a file that has another place already keeps that. */
export function addFound(found: Found, more: Found): void {
  const known = new Set(found.sources.map(({ path }) => path));
  found.sources.push(...more.sources.filter(({ path }) => !known.has(path)));
  found.problems.push(...more.problems);
  found.folders.push(...more.folders);
}

/** The instructions that a folder holds at the given spots, in their order. Does not throw for what is wrong there. */
export async function sourcesIn(ground: Ground, spots: readonly Spot[], files: ProjectFiles): Promise<Found> {
  const found = foundNothing();
  const looking = new Looking(ground, files, found);
  for (const spot of spots) {
    for (const path of await looking.at(spot)) found.sources.push(sourceOf(spot, path, ground));
  }
  await looking.tellMisspelt(new Set(spots.map(({ family }) => family)));
  return found;
}

function sourceOf({ family, role }: Spot, path: string, ground: Ground): Source {
  const { dir, base, scope, ruleScope } = ground;
  // a file that came with somebody else's code is nobody's own
  const ownRole = role === "local" && scope === "vendored" ? "main" : role;
  const shown = ground.show(path);
  return { path, shown, scope: role === "rule" ? ruleScope : scope, family, dir, base, role: ownRole };
}

class Looking {
  readonly #ground: Ground;
  readonly #files: ProjectFiles;
  readonly #found: Found;
  /** Folders that were looked into already: two spots may share one. */
  readonly #folders = new Map<string, Folder | undefined>();

  constructor(ground: Ground, files: ProjectFiles, found: Found) {
    this.#ground = ground;
    this.#files = files;
    this.#found = found;
  }

  async at({ name, role, endings, isFlat }: Spot): Promise<readonly string[]> {
    let path = this.#ground.path;
    for (const step of name.split("/")) {
      const folder = await this.#folder(path);
      if (folder?.names.has(step) !== true) return [];
      path = join(path, step);
    }
    if (endings !== undefined) return await this.#rules(path, endings, isFlat === true);
    return role === "override" && (await this.#isBlank(path)) ? [] : [path];
  }

  async tellMisspelt(families: ReadonlySet<Family>): Promise<void> {
    for (const name of (await this.#folder(this.#ground.path))?.misspelt ?? []) {
      const meant = meantBy(name);
      if (meant === undefined || !families.has(meant.family)) continue;
      this.#tell(join(this.#ground.path, name), {
        level: "info",
        code: "wrong_case",
        message: `it is not read: only ${meant.name}, spelt exactly so, is a file of instructions`,
      });
    }
  }

  async #folder(path: string): Promise<Folder | undefined> {
    if (this.#folders.has(path)) return this.#folders.get(path);
    const folder = await this.#look(path);
    if (folder !== undefined) this.#found.folders.push(path);
    this.#folders.set(path, folder);
    return folder;
  }

  async #look(path: string): Promise<Folder | undefined> {
    try {
      return await this.#files.folder(path);
    } catch (error) {
      this.#leaveOut(path, whyNotEntered(error));
      return undefined;
    }
  }

  async #rules(folder: string, endings: readonly string[], isFlat: boolean): Promise<readonly string[]> {
    const { paths, folders, left } = await this.#files.tree(folder, endings);
    this.#found.folders.push(...folders);
    for (const { path, why } of left) this.#leaveOut(path, why);
    return isFlat ? paths.filter((path) => !/[/\\]/u.test(path.slice(folder.length + 1))) : paths;
  }

  async #isBlank(path: string): Promise<boolean> {
    const text = await this.#files.read(path);
    return text?.kind === "text" && text.text.trim() === "";
  }

  #leaveOut(path: string, message: string): void {
    this.#tell(path, { level: "warning", code: "left_out", message });
  }

  #tell(path: string, problem: Omit<Warning, "path">): void {
    this.#found.problems.push({ ...problem, path: this.#ground.show(path) });
  }
}
