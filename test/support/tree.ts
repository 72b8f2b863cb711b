import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  type BigIntStats,
} from "node:fs";
import { join } from "node:path";

/** What must be told of a thing for nobody to change it unnoticed: a link is not followed. */
export interface Seen {
  readonly path: string;
  readonly kind: "file" | "directory" | "link" | "special";
  /** Bytes of a file, the text of a link. */
  readonly content: string;
  /** Identity, mode, owner, number of names, times of the last change of the content and of these facts. */
  readonly facts: string;
}

/**
 * All that is at and below a directory, but for what `without` names: below that nothing is looked at, and of
 * itself only that it is the same thing.
 */
export function snapshot(directory: string, without: readonly string[] = []): Seen[] {
  const seen: Seen[] = [];
  const add = (path: string): void => {
    const stats = lstatSync(path, { bigint: true });
    const isLeftOut = without.includes(path);
    seen.push({
      path,
      kind: kindOf(stats),
      content: contentOf(path, stats),
      facts: factsOf(stats, isLeftOut),
    });
    if (stats.isDirectory() && !isLeftOut)
      for (const name of readdirSync(path).toSorted()) add(join(path, name));
  };
  add(directory);
  return seen;
}

function factsOf(
  { dev, ino, mode, uid, gid, nlink, size, mtimeNs, ctimeNs }: BigIntStats,
  few: boolean,
): string {
  const identity = [dev, ino, mode, uid, gid];
  return (few ? identity : [...identity, nlink, size, mtimeNs, ctimeNs]).join(" ");
}

function contentOf(path: string, stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return readlinkSync(path);
  return stats.isFile() ? readFileSync(path, "latin1") : "";
}

function kindOf(stats: BigIntStats): Seen["kind"] {
  if (stats.isSymbolicLink()) return "link";
  if (stats.isFile()) return "file";
  return stats.isDirectory() ? "directory" : "special";
}

/**
 * Remembers a tree, and gives what makes it again as it was: what is missing or has changed is planted anew, what
 * came is removed, except for what `keep` names. Sockets that are gone stay gone. Gives the paths that were wrong.
 */
export function mender(root: string, keep: readonly string[] = []): () => string[] {
  const kept = new Set(keep.map((name) => join(root, name)));
  const before = snapshot(root).filter(({ path }) => !kept.has(path));
  const known = new Map(before.map((seen) => [seen.path, seen]));
  return () => {
    const isRight = ({ path, kind, content }: Seen): boolean =>
      known.get(path)?.kind === kind && known.get(path)?.content === content;
    const now = snapshot(root, [...kept]).filter(({ path }) => !kept.has(path));
    const wrong = now.filter((seen) => !isRight(seen)).map(({ path }) => path);
    for (const path of wrong) rmSync(path, { recursive: true, force: true });
    const missing = before.filter(({ path }) => lstatSync(path, { throwIfNoEntry: false }) === undefined);
    const lost = missing.filter((seen) => !plant(seen));
    for (const { path } of lost)
      before.splice(
        before.findIndex((seen) => seen.path === path),
        1,
      );
    return [...wrong, ...missing.map(({ path }) => path)];
  };
}

/** False for what cannot be made again. */
function plant({ path, kind, content, facts }: Seen): boolean {
  if (kind === "directory") mkdirSync(path);
  else if (kind === "link") symlinkSync(content, path);
  else if (kind === "file") writeFileSync(path, content, "latin1");
  else return plantSpecial(path, Number(facts.split(" ")[2]) & 0o170_000);
  return true;
}

function plantSpecial(path: string, format: number): boolean {
  if (format === 0o010_000) execFileSync("mkfifo", [path]);
  else if (format === 0o020_000) execFileSync("mknod", [path, "c", "1", "5"]);
  else return false;
  return true;
}
