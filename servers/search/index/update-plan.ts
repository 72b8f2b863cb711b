import { setImmediate } from "node:timers/promises";
import { mayIndex, statFile, type Ground } from "./ground.ts";
import { stampOfIgnoreFile, type Listing, type ListedRepository } from "./list-files.ts";
import { listChanges, stampOfIndex } from "./list-repository.ts";
import type { IndexReader } from "../store/shapes.ts";
import type { Listed, Suspect } from "./messages.ts";
import { stampTime } from "./read-source.ts";
import type { WorkerHandle } from "./worker-handle.ts";

/** Files of one message, and of one turn. */
const PIECE = 2_000;
/** Files that are looked at on the disk in one turn. */
const STATS = 200;

/**
 * Compares a list with the index, and says which files have to be read. Takes files out of the list that turn out to be
 * none.
 */
export async function changedFiles(
  ground: Ground,
  { files }: Listing,
  worker: WorkerHandle,
): Promise<string[]> {
  const changed: string[] = [];
  let piece: Listed[] = [];
  const compare = async (): Promise<void> => {
    const { suspects } = await worker.do<"compare">({ kind: "compare", files: piece });
    piece = [];
    for (const [index, suspect] of suspects.entries()) {
      if (index % STATS === STATS - 1) await setImmediate();
      const state = await stateOf(ground, suspect, files.get(suspect.path) !== undefined);
      if (state === "changed") changed.push(suspect.path);
      if (state === "none") files.delete(suspect.path);
    }
  };
  for (const [path, id] of files) {
    piece.push({ path, isSecret: !mayIndex(ground, path), ...(id === undefined ? {} : { id }) });
    if (piece.length >= PIECE) await compare();
  }
  await compare();
  await worker.do<"forget">({ kind: "forget" });
  return changed;
}

/** `none`: neither the disk nor the index has it. */
async function stateOf(
  ground: Ground,
  { path, known }: Suspect,
  isThere: boolean,
): Promise<"changed" | "same" | "none"> {
  if (known === undefined)
    return isThere || (await statFile(ground, path)) !== undefined ? "changed" : "none";
  return (await isAsKnown(ground, path, known)) ? "same" : "changed";
}

/** True when the disk says of a file what the index remembers of it. */
async function isAsKnown(
  ground: Ground,
  path: string,
  { size, mtimeNs }: { readonly size: number; readonly mtimeNs: string },
): Promise<boolean> {
  const stat = await statFile(ground, path);
  return stat !== undefined && stat.size === size && stampTime(stat) === mtimeNs;
}

/** Those of these files that the disk has in another version than the index, or only one of the two. */
export async function changedOnDisk(
  ground: Ground,
  reader: Pick<IndexReader, "file">,
  paths: readonly string[],
): Promise<string[]> {
  const changed: string[] = [];
  for (const [index, path] of paths.entries()) {
    if (index % STATS === STATS - 1) await setImmediate();
    const row = reader.file(path);
    if (row?.skipped === "secret" && !mayIndex(ground, path)) continue;
    const isSame =
      row === undefined ? (await statFile(ground, path)) === undefined : await isAsKnown(ground, path, row);
    if (!isSame) changed.push(path);
  }
  return changed;
}

/** What changed since a list was made, as far as git tells it. */
export interface QuickLook {
  /** Files that may have changed, or are there again: only the disk tells. */
  readonly suspects: readonly string[];
  /** Files that do not belong to the list any more. */
  readonly leaving: readonly string[];
  readonly repositories: readonly ListedRepository[];
}

/**
 * Asks git only for what differs from its index, which is enough while the index is the same. Undefined when the whole
 * list has to be made again.
 */
export async function lookQuickly(ground: Ground, listing: Listing): Promise<QuickLook | undefined> {
  if (listing.walked || listing.ignoreStamp !== (await stampOfIgnoreFile(ground))) return undefined;
  const suspects = new Set<string>();
  const leaving = new Set<string>();
  const repositories: ListedRepository[] = [];
  for (const { repository, changes: before, indexStamp } of listing.repositories) {
    if ((await stampOfIndex(ground, repository)) !== indexStamp) return undefined;
    const now = await listChanges(ground, repository);
    if (now.inner.join("\0") !== before.inner.join("\0")) return undefined;
    for (const path of [...before.changed, ...before.gone, ...now.changed, ...now.untracked])
      suspects.add(path);
    for (const path of now.gone) leaving.add(path);
    // what is not tracked and not named any more is gone, or ignored now
    for (const path of before.untracked) if (!now.untracked.has(path)) leaving.add(path);
    repositories.push({ repository, changes: now, indexStamp });
  }
  const belongs = (path: string): boolean => !listing.leftOut.has(path);
  return {
    suspects: [...suspects].filter((path) => !leaving.has(path) && belongs(path)),
    leaving: [...leaving].filter(belongs),
    repositories,
  };
}
