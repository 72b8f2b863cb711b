import { lstatSync, readdirSync, type Dirent } from "node:fs";
import { join } from "node:path";
import type { Place } from "../access.ts";
import { isErrno } from "../errors.ts";
import type { Classify } from "./protected.ts";

const FRESH_MS = 2_000;
const MAX_FOLDERS = 1_000;
const MAX_ENTRIES = 20_000;
// an old version in the trash is no secret under the other names that its file still has
const SKIPPED = new Set(["node_modules", "target", ".git", ".plumbline"]);

/**
 * Knows a secret file under its other names: hard links. Only a file with several names makes it look, so it may
 * block for the few milliseconds of a bounded walk, the nearest folders first, at most every two seconds.
 */
export class SecretIndex {
  readonly #classify: Classify;
  readonly #now: () => number;
  readonly #roots = new Map<string, { readonly at: number; readonly secrets: ReadonlySet<string> }>();

  constructor(classify: Classify, now: () => number) {
    this.#classify = classify;
    this.#now = now;
  }

  /** True when this open file is also a secret's. */
  has({ root, identity, links = 1 }: Place): boolean {
    if (links < 2 || identity === undefined) return false;
    let known = this.#roots.get(root);
    if (known === undefined || this.#now() - known.at > FRESH_MS) {
      known = { at: this.#now(), secrets: this.#walk(root) };
      this.#roots.set(root, known);
    }
    return known.secrets.has(identity);
  }

  #walk(root: string): ReadonlySet<string> {
    const secrets = new Set<string>();
    const folders = [""];
    let seen = 0;
    for (const folder of folders) {
      const entries = entriesOf(join(root, folder));
      seen += entries.length;
      if (seen > MAX_ENTRIES) break;
      for (const entry of entries) {
        const relative = folder === "" ? entry.name : `${folder}/${entry.name}`;
        const isFolder = entry.isDirectory();
        if (isFolder && !SKIPPED.has(entry.name) && folders.length < MAX_FOLDERS) folders.push(relative);
        if (isFolder || this.#classify({ root, relative }).kind !== "secret") continue;
        secrets.add(identityOf(join(root, relative)) ?? "");
      }
    }
    return secrets;
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP")) return [];
    throw error;
  }
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = lstatSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "EPERM")) return undefined;
    throw error;
  }
}
