import { basename, dirname, isAbsolute, join } from "node:path";
import { ToolError } from "../errors.ts";
import type { GitFiles } from "./git-files.ts";

/** Folders that no run of ours writes to or reads from, or that we check otherwise; a link may stand for each. */
const NOT_WALKED = new Set(["modules", "hooks", "lfs", "objects", "svn", "branches"]);
const MAX_ENTRIES = 200_000;
const MAX_ALTERNATES = 5;
const MAX_KNOWN = 20_000;
/** Two changes within one tick of a file system's clock look like one; those with coarser clocks know no links. */
const TICK_MS = 100;

/** What matters of one folder. */
interface Seen {
  readonly stamp: string;
  readonly entries: number;
  readonly folders: readonly string[];
  readonly links: readonly string[];
}

/**
 * Looks through git folders before git does: objects, also borrowed ones, must lie inside the roots, nothing else may be
 * a link, since git would write through it, and nothing may be of a kind that makes a reader wait. Remembers what it saw of folders that did not change since.
 */
export class FolderCheck {
  readonly #seen = new Map<string, Seen>();

  /** Throws `denied` that names the place. */
  async check(files: GitFiles, folders: readonly string[]): Promise<void> {
    if (this.#seen.size > MAX_KNOWN) this.#seen.clear();
    for (const folder of new Set(folders)) {
      await this.#checkTree(files, folder, { left: { entries: MAX_ENTRIES }, isTop: true });
      await this.#checkObjects(files, join(folder, "objects"), MAX_ALTERNATES);
    }
  }

  async #checkTree(files: GitFiles, folder: string, { left, isTop }: Walk): Promise<void> {
    const { entries, folders, links } = await this.#look(files, folder);
    for (const name of links) checkLink(files, join(folder, name), isTop);
    left.entries -= entries;
    if (left.entries < 0)
      throw new ToolError("too_large", "the git folder holds too many files to be looked through", {
        hint: "git pack-refs --all makes one file of many references.",
      });
    for (const name of folders)
      if (!isTop || !NOT_WALKED.has(name))
        await this.#checkTree(files, join(folder, name), { left, isTop: false });
  }

  async #checkObjects(files: GitFiles, folder: string, depth: number): Promise<void> {
    const { folders } = await this.#checkLinks(files, folder);
    if (folders.includes("pack")) await this.#checkLinks(files, join(folder, "pack"));
    if (!folders.includes("info")) return;
    await this.#checkLinks(files, join(folder, "info"));
    const list = join(folder, "info/alternates");
    // blanks are part of the name, as for git
    for (const line of ((await files.text(list)) ?? "").split("\n")) {
      if (line === "" || line.startsWith("#")) continue;
      // git would unquote a quoted one, and nobody but an attacker quotes
      if (depth === 0 || line.startsWith('"')) throw leadsOutside(files, list);
      const path = isAbsolute(line) ? line : join(folder, line);
      stayInside(files, path, list);
      await this.#checkObjects(files, path, depth - 1);
    }
  }

  async #checkLinks(files: GitFiles, folder: string): Promise<Seen> {
    const seen = await this.#look(files, folder);
    for (const name of seen.links) stayInside(files, join(folder, name));
    return seen;
  }

  async #look(files: GitFiles, folder: string): Promise<Seen> {
    const stat = await files.stat(folder);
    const known = this.#seen.get(folder);
    const stamp = stat === undefined ? "-" : `${stat.identity} ${stat.mtimeMs}`;
    if (known?.stamp === stamp) return known;
    const found = stat?.kind === "directory" ? ((await files.entries(folder)) ?? []) : [];
    const odd = found.find(({ kind }) => kind === "fifo" || kind === "device");
    if (odd !== undefined)
      throw new ToolError("denied", `${shown(files, join(folder, odd.name))} is a ${odd.kind}`, {
        hint: "No git folder holds such a thing by itself; tell the person.",
      });
    const named = (wanted: string): string[] =>
      found.filter(({ kind }) => kind === wanted).map(({ name }) => name);
    const seen = { stamp, entries: found.length, folders: named("directory"), links: named("link") };
    const isSettled = stat !== undefined && Date.now() - stat.mtimeMs > TICK_MS;
    if (isSettled) this.#seen.set(folder, seen);
    else this.#seen.delete(folder);
    return seen;
  }
}

interface Walk {
  readonly left: { entries: number };
  readonly isTop: boolean;
}

function checkLink(files: GitFiles, path: string, isTop: boolean): void {
  if (isTop && NOT_WALKED.has(basename(path))) return stayInside(files, path);
  throw new ToolError("denied", `${shown(files, path)} is a link: git would write through it`, {
    hint: "No git makes such a link by itself; the person can put in its place what it leads to.",
  });
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
  const { root, parts } = workspace.locate(dirname(path));
  return root.show([...parts, basename(path)].join("/"));
}
