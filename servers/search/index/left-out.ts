import { isIgnored, withIgnoreFile } from "../../../shared/workspace/ignore.ts";

/** Never looked into, whatever ignore files say. */
export const NEVER: ReadonlySet<string> = new Set([".git", ".plumbline", "node_modules"]);

/** Answers for paths of one root whether they are left out of its index; remembers what it knows of folders. */
export class LeftOut {
  readonly #rules;
  readonly #folders = new Map<string, boolean>([["", false]]);

  /** `file`: what the root's `.searchignore` holds, in the syntax of `.gitignore`. */
  constructor(file: Buffer | undefined) {
    this.#rules = file === undefined ? undefined : withIgnoreFile(file, "", undefined);
  }

  /** Whether a file is left out, itself or with a folder above it. */
  has(path: string): boolean {
    const end = path.lastIndexOf("/");
    if (this.#hasFolder(end === -1 ? "" : path.slice(0, end))) return true;
    return NEVER.has(path.slice(end + 1)) || isIgnored(this.#rules, path, false);
  }

  #hasFolder(folder: string): boolean {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const end = folder.lastIndexOf("/");
    const isOut =
      this.#hasFolder(end === -1 ? "" : folder.slice(0, end)) ||
      NEVER.has(folder.slice(end + 1)) ||
      isIgnored(this.#rules, folder, true);
    this.#folders.set(folder, isOut);
    return isOut;
  }
}
