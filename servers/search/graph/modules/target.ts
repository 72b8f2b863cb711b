/** `perhaps`: part of the path fits, as where an alias stands for a folder. */
export type Fit = "sure" | "perhaps" | "no";

/** Something that may be what an import names. */
export interface Named {
  readonly path: string;
  readonly scope: string;
}

/** What an import leads to. */
export interface Target {
  /** Paths without extension that its file may have, likeliest first, where they can be told. */
  readonly stems: readonly string[];
  fits(place: Named): Fit;
}

/** A name that an import gives to a file. */
export interface Binding {
  /** `*` when all names of the target are meant. */
  readonly local: string;
  /** Its name in the target; left out when the target itself is meant. */
  readonly item?: string;
  readonly target: Target;
}

/** A path without its extension. */
export function stemOf(path: string): string {
  return path.replace(/(?:\.d)?\.[^./]+$/u, "");
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** True when a path is this one, or ends with it at a folder's border. */
export function endsWith(path: string, end: string): boolean {
  return path === end || (end !== "" && path.endsWith(`/${end}`));
}

/** How many names two paths have in common at their ends. */
export function commonEnd(one: readonly string[], other: readonly string[]): number {
  let same = 0;
  while (same < one.length && same < other.length && one.at(-1 - same) === other.at(-1 - same)) same++;
  return same;
}

/** A path with `.` and `..` worked out; undefined when it leads above the root. */
export function joined(folder: string, relative: string): string | undefined {
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of relative.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

/** Exactly these files, by their paths without extension. */
export function exactly(stems: readonly string[]): Target {
  return { stems, fits: ({ path }) => (stems.includes(stemOf(path)) ? "sure" : "no") };
}

/** Files whose paths end so; the places above `from` are where they are looked for. */
export function ending(ends: readonly string[], from: string): Target {
  return {
    stems: above(from).flatMap((folder) => ends.map((end) => `${folder}${end}`)),
    fits({ path }) {
      const stem = stemOf(path);
      return ends.some((end) => endsWith(stem, end)) ? "sure" : "no";
    },
  };
}

/** The folders above a file, nearest first, each also with the usual folders for sources below it. */
function above(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  const folders = parts.map((_, index) => `${parts.slice(0, parts.length - index).join("/")}/`);
  return [...folders, ""].flatMap((folder) => [folder, `${folder}src/`, `${folder}lib/`]);
}
