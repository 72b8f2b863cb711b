import type { EntryKind } from "../../../../shared/workspace/entry.ts";
import { isIgnored } from "../../../../shared/workspace/ignore.ts";
import type { Folders, Place } from "./folders.ts";
import type { StatusAsk } from "../shapes.ts";

/** What the index does not know; folders with a slash behind. */
export interface Unknown {
  readonly untracked: readonly string[];
  readonly ignored: readonly string[];
}

const NOTHING: Unknown = { untracked: [], ignored: [] };

/** Finds what the index does not know: a folder of it is told as one, wherever that says the same. */
export class UnknownPaths {
  readonly #folders: Folders;
  readonly #ask: StatusAsk;

  constructor(folders: Folders, ask: StatusAsk) {
    this.#folders = folders;
    this.#ask = ask;
  }

  /** What a name in a place stands for, all that lies below it included. */
  async at(place: Place, name: string, kind: EntryKind): Promise<Unknown> {
    const path = place.prefix + name;
    const isFolder = kind === "directory";
    if (!isAsked(this.#ask, path) && !(isFolder && leadsTo(this.#ask, path))) return NOTHING;
    const isHidden = place.isIgnored || isIgnored(place.rules, path, isFolder);
    if (isHidden && !this.#ask.ignored) return NOTHING;
    if (isFolder) return await this.#folder(path, { ...place, isIgnored: isHidden });
    return kind === "file" || kind === "link" ? single(path, isHidden) : NOTHING;
  }

  async #folder(path: string, { rules, isIgnored: isHidden }: Place): Promise<Unknown> {
    if (await this.#folders.isRepository(path)) return single(`${path}/`, isHidden);
    const inside = await this.#inside({ prefix: `${path}/`, rules, isIgnored: isHidden });
    if (leadsTo(this.#ask, path)) return inside;
    if (inside.untracked.length > 0) return { ...inside, untracked: [`${path}/`] };
    return inside.ignored.length > 0 ? single(`${path}/`, true) : NOTHING;
  }

  async #inside(outer: Place): Promise<Unknown> {
    const { ignored, paths } = this.#ask;
    const names = await this.#folders.names(outer.prefix);
    const place = await this.#folders.withRules(outer, names);
    const all = { untracked: [] as string[], ignored: [] as string[] };
    for (const [name, kind] of names) {
      const found = await this.at(place, name, kind);
      all.untracked.push(...found.untracked);
      all.ignored.push(...found.ignored);
      // one is enough to tell the folder
      if (all.untracked.length > 0 && !ignored && paths.length === 0) break;
    }
    return all;
  }
}

function single(path: string, isHidden: boolean): Unknown {
  return isHidden ? { untracked: [], ignored: [path] } : { untracked: [path], ignored: [] };
}

/** Whether a path was asked for, or one above it; of no paths all were. */
export function isAsked({ paths }: Pick<StatusAsk, "paths">, path: string): boolean {
  return (
    paths.length === 0 ||
    paths.some((asked) => asked === "" || path === asked || path.startsWith(`${asked}/`))
  );
}

/** Whether a path that was asked for lies below this one. */
export function leadsTo({ paths }: Pick<StatusAsk, "paths">, path: string): boolean {
  return paths.some((asked) => asked.startsWith(`${path}/`));
}
